terraform {
  required_version = ">= 1.10.0, < 2.0.0"

  required_providers {
    linode = {
      source  = "linode/linode"
      version = "~> 3.13"
    }
  }
}
