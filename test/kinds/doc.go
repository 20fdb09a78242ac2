// Package kinds has a workload of another kind than the StatefulSet of apps/v1 go through
// the verbs: what holds for that one only because of its ordinals, its partition or where
// its fields are, fails here.
package kinds
