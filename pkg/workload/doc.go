// Package workload knows what a workload of numbered pods is, whatever its kind: which
// ordinals it has. It is pure.
package workload
