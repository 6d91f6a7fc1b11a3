variable "region" {
  description = "Region of everything, such as de-fra-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+(-[0-9])?$", var.region))
    error_message = "A region in lower case."
  }
}

variable "name" {
  description = "Names everything made here; lower-case letters, digits and dashes."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,23}$", var.name))
    error_message = "A letter, then 1 to 23 lower-case letters, digits or dashes."
  }
}

variable "zone" {
  description = "The domain in Linode DNS, such as example.com; it exists already."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.zone))
    error_message = "A domain in lower case without a dot at its end."
  }
}

variable "cidr" {
  description = "The addresses of the nodes and of PostgreSQL; a /16 to /20."
  type        = string

  validation {
    condition     = can(regex("/(1[6-9]|20)$", var.cidr)) && can(cidrhost(var.cidr, 0))
    error_message = "An IPv4 range in CIDR form, /16 to /20."
  }
}

variable "kubernetes_version" {
  description = "Version of LKE Enterprise, such as v1.31.8+lke5; Linode lists those it has."
  type        = string

  validation {
    condition     = can(regex("^v1\\.[0-9]+\\.[0-9]+\\+lke[0-9]+$", var.kubernetes_version))
    error_message = "A version such as v1.31.8+lke5."
  }
}

variable "api_access_cidrs" {
  description = "Who may reach the API of Kubernetes; never everyone."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.api_access_cidrs : can(cidrhost(cidr, 0))])
    error_message = "IPv4 ranges in CIDR form."
  }

  validation {
    condition     = length(var.api_access_cidrs) > 0 && !contains(var.api_access_cidrs, "0.0.0.0/0")
    error_message = "At least one range, and not 0.0.0.0/0."
  }
}

variable "node_type" {
  description = "Type of the nodes."
  type        = string

  validation {
    condition     = can(regex("^g[0-9]+-[a-z]+-[0-9]+$", var.node_type))
    error_message = "A type such as g6-dedicated-4."
  }
}

variable "nodes_max" {
  description = "How many nodes there may be; three are always there."
  type        = number

  validation {
    condition     = contains(range(3, 51), var.nodes_max)
    error_message = "A whole number from 3 to 50."
  }
}

variable "database_type" {
  description = "Type of the three nodes of PostgreSQL."
  type        = string

  validation {
    condition     = can(regex("^g[0-9]+-[a-z]+-[0-9]+$", var.database_type))
    error_message = "A type such as g6-dedicated-4."
  }
}

variable "balancer_ipv4" {
  description = "Address of the balancer in front of the cluster; null until there is one."
  type        = string
  default     = null

  validation {
    condition     = var.balancer_ipv4 == null || can(cidrhost("${var.balancer_ipv4}/32", 0))
    error_message = "An IPv4 address, or null."
  }
}
