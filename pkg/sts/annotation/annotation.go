// Package annotation is how the plugin's own annotations are told from those of others.
// It is pure.
package annotation

// domain is the plugin's, in which it names what it writes.
const domain = "kubectl-sts.github.io/"

// Prefix is how the plugin's own annotations on objects of the cluster begin.
const Prefix = domain

// OfReceipt is how those begin that are only in the manifest of a claim's receipt.
const OfReceipt = "record." + domain
