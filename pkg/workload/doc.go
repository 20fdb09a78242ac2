// Package workload knows what a workload of numbered pods is, whatever its kind: what its
// spec and its status say, which ordinals it has, and what differs from kind to kind. It
// is pure.
package workload
