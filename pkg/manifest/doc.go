// Package manifest reads files of Kubernetes objects, and knows in which line each field
// of them is. It is pure.
package manifest
