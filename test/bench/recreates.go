package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// mostAway is for how long there may be no set while it is recreated, in the median.
const mostAway = 1.0 // seconds

// byHand is what a careful person types today: the manifest was written beforehand.
const byHand = `kubectl delete sts web --cascade=orphan && kubectl create -f "$0"`

var away = regexp.MustCompile(`the set did not exist for ([^"; ]+)"`)

// recreates compares for how long there is no set while an immutable field of it is changed.
func recreates(ctx context.Context, box *sandbox, rounds int) ([]row, error) {
	dir, err := os.MkdirTemp("", "bench-recreate")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is in the system's folder for such files
	policy := 0
	file := func() (string, error) { // the set with another management policy each time
		policy++
		line := "  podManagementPolicy: " + []string{"OrderedReady", "Parallel"}[policy%2] + "\n"
		text := strings.Replace(manifest, "  replicas: 5\n", "  replicas: 5\n"+line, 1)
		name := filepath.Join(dir, fmt.Sprintf("%d.yaml", policy))
		return name, os.WriteFile(name, []byte(text), 0o600)
	}
	if err := box.apply(ctx, manifest); err != nil {
		return nil, err
	}
	samples, err := sample(ctx, box, rounds, []func() (usage, error){
		func() (usage, error) {
			name, err := file()
			if err != nil {
				return usage{}, err
			}
			return box.run(ctx, "sh", "-ec", byHand, name)
		},
		func() (usage, error) {
			name, err := file()
			if err != nil {
				return usage{}, err
			}
			var out bytes.Buffer
			u, err := box.runTo(ctx, &out, "kubectl", "sts", "recreate", "-f", name, "--yes", "-o", "json")
			if err != nil {
				return u, err
			}
			said := away.FindSubmatch(out.Bytes())
			if said == nil {
				return u, fmt.Errorf("recreate did not say for how long the set did not exist: %s", out.String())
			}
			u.wall, err = time.ParseDuration(string(said[1]))
			return u, err
		},
	})
	if err != nil {
		return nil, err
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	return []row{
		{what: "an immutable field, by hand (`delete --cascade=orphan`, `create`): wall", value: seconds(samples[0], wall)},
		{
			what:  fmt.Sprintf("the same, `kubectl sts recreate`: without a set (at most %.0f s)", mostAway),
			value: seconds(samples[1], wall), ratio: ratio(samples[1], samples[0], wall), over: median(each(samples[1], wall)) > mostAway,
		},
	}, nil
}
