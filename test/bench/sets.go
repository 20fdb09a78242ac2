package main

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// ofBulk selects what test/bulk has made: sets of other comparisons are left in a
// state that status calls trouble.
const ofBulk = "app.kubernetes.io/component=database"

// sets compares a look at all sets with what kubectl takes to list them and
// their pods, in the cluster that is filled for the claims.
func (s size) sets(ctx context.Context, box *sandbox, null *os.File, rounds int) ([]row, error) {
	samples, err := sample(ctx, box, min(rounds, s.rounds), []func() (usage, error){
		func() (usage, error) {
			return box.runTo(ctx, null, "kubectl", "get", "statefulsets,pods", "-A", "-l", ofBulk, "-o", "json")
		},
		func() (usage, error) { return box.runTo(ctx, null, "kubectl", "sts", "status", "-A", "-l", ofBulk) },
	})
	if err != nil {
		return nil, err
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	memory := func(u usage) float64 { return float64(u.memory) / 1e6 }
	kubectl, plugin := samples[0], samples[1]
	about := fmt.Sprintf("%d sets with %d pods each in %d namespaces", s.namespaces*10, 20, s.namespaces)
	return []row{
		{what: about + ", `kubectl get statefulsets,pods -A -o json`: wall", value: seconds(kubectl, wall)},
		{what: "the same, `kubectl sts status -A`: wall", value: seconds(plugin, wall), ratio: ratio(plugin, kubectl, wall)},
		{what: "the same, kubectl: peak memory", value: fmt.Sprintf("%.1f MB", median(each(kubectl, memory)))},
		{
			what:  "the same, kubectl-sts: peak memory of the worst round",
			value: fmt.Sprintf("%.1f MB", slices.Max(each(plugin, memory))), ratio: ratio(plugin, kubectl, memory),
		},
	}, nil
}
