terraform {
  required_version = ">= 1.10.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { app = "tollgate" }
  }
}

module "tollgate" {
  source = "../modules/aws"

  name               = var.name
  zone               = var.zone
  cidr               = "10.40.0.0/16"
  kubernetes_version = "1.34"
  api_access_cidrs   = var.api_access_cidrs
  node_type          = "m7g.large"
  nodes_max          = 9
  database_type      = "db.m7g.large"
  database_gib       = 200
  backup_days        = 35
  balancer_host      = var.balancer_host
}
