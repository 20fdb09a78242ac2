// Package claims judges PersistentVolumeClaims: whose they are, and which of
// them no StatefulSet wants any more. It is pure. A claim is kept unless
// everything speaks for its deletion, and each verdict carries its reason.
package claims
