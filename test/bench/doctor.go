package main

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// What doctor may take of a big cluster, against the search for claims.
const (
	mostOfPrune         = 1.5
	mostDoctorMegabytes = 64.0
)

// doctor compares a look at all sets, and at what is around them, with the search for claims
// that nobody wants, which reads the most of the same.
func (s size) doctor(ctx context.Context, box *sandbox, null *os.File, rounds int) ([]row, error) {
	samples, err := sample(ctx, box, min(rounds, s.rounds), []func() (usage, error){
		func() (usage, error) { return box.runTo(ctx, null, "kubectl", "sts", "prune-pvc", "-A", "--dry-run") },
		func() (usage, error) {
			return box.runTo(ctx, null, "kubectl", "sts", "doctor", "-A", "--fail-on=error", "--severity=warning")
		},
	})
	if err != nil {
		return nil, err
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	most := slices.Max(each(samples[1], func(u usage) float64 { return float64(u.memory) / 1e6 }))
	return []row{
		{
			what: fmt.Sprintf("%d sets, %d pods and %s claims, `kubectl sts doctor -A`: wall, against `prune-pvc -A`", s.namespaces*10,
				s.namespaces*200, s.claims),
			value: seconds(samples[1], wall), ratio: ratio(samples[1], samples[0], wall), most: mostOfPrune,
		},
		{
			what:  fmt.Sprintf("the same, kubectl-sts: peak memory of the worst round (at most %.0f MB)", mostDoctorMegabytes),
			value: fmt.Sprintf("%.1f MB", most), over: s.claims == "20 000" && most > mostDoctorMegabytes,
		},
	}, nil
}
