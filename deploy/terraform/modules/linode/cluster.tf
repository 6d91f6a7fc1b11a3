# Enterprise, since nodes of the standard tier are in no VPC: PostgreSQL would need a public
# address, and an allow list that follows every node.
resource "linode_lke_cluster" "this" {
  label       = var.name
  region      = var.region
  k8s_version = var.kubernetes_version
  tier        = "enterprise"
  vpc_id      = linode_vpc.this.id
  subnet_id   = linode_vpc_subnet.this.id
  stack_type  = "ipv4-ipv6"
  tags        = ["tollgate"]

  pool {
    type = var.node_type

    autoscaler {
      min = 3
      max = var.nodes_max
    }
  }

  control_plane {
    high_availability  = true
    audit_logs_enabled = true

    acl {
      enabled = true

      addresses {
        ipv4 = var.api_access_cidrs
      }
    }
  }
}
