variable "region" {
  description = "Region of everything, such as eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+(-[0-9])?$", var.region))
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
  description = "The public Route 53 zone, such as example.com; it exists already."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.zone))
    error_message = "A domain in lower case without a dot at its end."
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

variable "balancer_host" {
  description = "Host name of the balancer in front of the cluster; null until there is one."
  type        = string
  default     = null

  validation {
    condition     = var.balancer_host == null || can(regex("^[a-z0-9.-]+$", var.balancer_host))
    error_message = "A host name, or null."
  }
}
