data "aws_iam_policy_document" "assumed_by" {
  for_each = {
    cluster = { service = "eks.amazonaws.com", actions = ["sts:AssumeRole"] }
    node    = { service = "ec2.amazonaws.com", actions = ["sts:AssumeRole"] }
    pod     = { service = "pods.eks.amazonaws.com", actions = ["sts:AssumeRole", "sts:TagSession"] }
  }

  statement {
    actions = each.value.actions

    principals {
      type        = "Service"
      identifiers = [each.value.service]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name               = "${var.name}-cluster"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["cluster"].json
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "node" {
  name               = "${var.name}-node"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["node"].json
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset([
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
  ])

  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_kms_key" "this" {
  description         = "Encrypts the secrets, volumes and backups of ${var.name}."
  enable_key_rotation = true
}

resource "aws_eks_cluster" "this" {
  name                      = var.name
  version                   = var.kubernetes_version
  role_arn                  = aws_iam_role.cluster.arn
  enabled_cluster_log_types = ["api", "audit", "authenticator"]

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = true
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.this.arn
    }
  }

  vpc_config {
    subnet_ids              = aws_subnet.private[*].id
    endpoint_private_access = true
    endpoint_public_access  = true
    public_access_cidrs     = var.api_access_cidrs
  }

  depends_on = [aws_iam_role_policy_attachment.cluster]
}

locals {
  is_arm = can(regex("^[a-z]+[0-9]+g", var.node_type))
}

# One group per availability zone: the volume of a gateway's spool cannot leave its zone.
resource "aws_eks_node_group" "this" {
  count           = 3
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "${var.name}-${count.index}"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = [aws_subnet.private[count.index].id]
  instance_types  = [var.node_type]
  ami_type        = "AL2023_${local.is_arm ? "ARM_64" : "x86_64"}_STANDARD"

  scaling_config {
    min_size     = 1
    desired_size = 1
    max_size     = floor(var.nodes_max / 3)
  }

  update_config {
    max_unavailable = 1
  }

  lifecycle {
    # The autoscaler's.
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}

resource "aws_iam_role" "volumes" {
  name               = "${var.name}-volumes"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["pod"].json
}

resource "aws_iam_role_policy_attachment" "volumes" {
  role       = aws_iam_role.volumes.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_eks_addon" "this" {
  for_each = toset(["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent"])

  cluster_name = aws_eks_cluster.this.name
  addon_name   = each.value
  depends_on   = [aws_eks_node_group.this]
}

resource "aws_eks_addon" "volumes" {
  cluster_name = aws_eks_cluster.this.name
  addon_name   = "aws-ebs-csi-driver"

  pod_identity_association {
    role_arn        = aws_iam_role.volumes.arn
    service_account = "ebs-csi-controller-sa"
  }

  depends_on = [aws_eks_addon.this, aws_iam_role_policy_attachment.volumes]
}
