terraform {
  required_version = ">= 1.10.0, < 2.0.0"

  required_providers {
    linode = {
      source  = "linode/linode"
      version = "~> 3.13"
    }
  }
}

# The token comes from LINODE_TOKEN. LKE Enterprise is in v4beta.
provider "linode" {
  api_version = "v4beta"
}

module "tollgate" {
  source = "../modules/linode"

  region             = var.region
  name               = var.name
  zone               = var.zone
  cidr               = "10.40.0.0/20"
  kubernetes_version = var.kubernetes_version
  api_access_cidrs   = var.api_access_cidrs
  node_type          = "g6-dedicated-4"
  nodes_max          = 9
  database_type      = "g6-dedicated-4"
  balancer_ipv4      = var.balancer_ipv4
}
