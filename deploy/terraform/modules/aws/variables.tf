variable "name" {
  description = "Names everything made here; lower-case letters, digits and dashes."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,23}$", var.name))
    error_message = "A letter, then 1 to 23 lower-case letters, digits or dashes."
  }
}

variable "zone" {
  description = "The public Route 53 zone, such as example.com; it exists already."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.zone))
    error_message = "A domain in lower case without a dot at its end."
  }
}

variable "cidr" {
  description = "The addresses of the network; a /16 to /20 that peers do not use."
  type        = string

  validation {
    condition     = can(regex("/(1[6-9]|20)$", var.cidr)) && can(cidrhost(var.cidr, 0))
    error_message = "An IPv4 range in CIDR form, /16 to /20."
  }
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes, such as 1.34."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "A minor version such as 1.34."
  }
}

variable "api_access_cidrs" {
  description = "Who may reach the API of Kubernetes from outside; never everyone."
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
  description = "Instance type of the nodes."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9]+$", var.node_type))
    error_message = "An instance type such as m7g.large."
  }
}

variable "nodes_max" {
  description = "How many nodes there may be; three, one per availability zone, are always there."
  type        = number

  validation {
    condition     = contains(range(3, 51), var.nodes_max)
    error_message = "A whole number from 3 to 50."
  }
}

variable "database_type" {
  description = "Instance class of PostgreSQL, such as db.m7g.large."
  type        = string

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.database_type))
    error_message = "An instance class such as db.m7g.large."
  }
}

variable "database_gib" {
  description = "Storage of PostgreSQL in GiB; it grows by itself to four times that."
  type        = number

  validation {
    condition     = var.database_gib >= 100 && var.database_gib <= 16384
    error_message = "100 to 16384 GiB."
  }
}

variable "backup_days" {
  description = "Days that one can go back to any second of; invoices want a month."
  type        = number

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 35
    error_message = "7 to 35 days."
  }
}

variable "balancer_host" {
  description = "Host name of the balancer in front of the cluster; null until there is one."
  type        = string
  default     = null

  validation {
    condition     = var.balancer_host == null || can(regex("^[a-z0-9.-]+$", var.balancer_host))
    error_message = "A host name, or null."
  }
}
