data "linode_domain" "this" {
  domain = var.zone
}

# Certificates are made in the cluster by cert-manager; nobody but Let's Encrypt may make others.
resource "linode_domain_record" "caa" {
  domain_id   = data.linode_domain.this.id
  record_type = "CAA"
  tag         = "issue"
  target      = "letsencrypt.org"
}

# There is no balancer before the manifests are applied: given then, in a second apply.
resource "linode_domain_record" "host" {
  for_each = var.balancer_ipv4 == null ? toset([]) : toset(["api", "portal"])

  domain_id   = data.linode_domain.this.id
  record_type = "A"
  name        = each.value
  target      = var.balancer_ipv4
  ttl_sec     = 300
}
