resource "linode_vpc" "this" {
  label  = var.name
  region = var.region
  ipv6   = [{ range = "/52" }]
}

# LKE Enterprise wants both families.
resource "linode_vpc_subnet" "this" {
  vpc_id = linode_vpc.this.id
  label  = "${var.name}-nodes"
  ipv4   = var.cidr
  ipv6   = [{ range = "auto" }]
}
