package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// What a look at the claims of a big cluster may take.
const (
	mostOfKubectl      = 0.25
	mostClaimMegabytes = 64.0
)

// claims compares the search for claims that nobody wants with what kubectl
// takes to list the claims: 20 000 of them, half of them orphans, 10 000 pods
// and 500 sets in 50 namespaces. It comes last: the controllers are gone then.
func claims(ctx context.Context, box *sandbox, rounds int) ([]row, error) {
	if _, err := box.tool(ctx, "stop-controllers"); err != nil {
		return nil, err
	}
	orphans, err := box.fill(ctx)
	if err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close() //nolint:errcheck // nothing is in it
	ways := []func() (usage, error){
		func() (usage, error) { return box.runTo(ctx, null, "kubectl", "get", "pvc", "-A", "-o", "json") },
		func() (usage, error) {
			var out bytes.Buffer
			u, err := box.runTo(ctx, &out, "kubectl", "sts", "prune-pvc", "-A", "--dry-run")
			return u, errors.Join(err, names(out.String(), orphans))
		},
	}
	samples, err := sample(ctx, box, min(rounds, 5), ways)
	if err != nil {
		return nil, err
	}
	wall := func(u usage) float64 { return u.wall.Seconds() }
	memory := func(u usage) float64 { return float64(u.memory) / 1e6 }
	kubectl, plugin := samples[0], samples[1]
	most := slices.Max(each(plugin, memory))
	return []row{
		{what: "20 000 claims in 50 namespaces, `kubectl get pvc -A -o json`: wall", value: seconds(kubectl, wall)},
		{
			what:  "`kubectl sts prune-pvc -A --dry-run`, with 10 000 pods and 500 sets, names the 10 000 orphans: wall",
			value: seconds(plugin, wall), ratio: ratio(plugin, kubectl, wall), most: mostOfKubectl,
		},
		{what: "the claims, kubectl: peak memory", value: fmt.Sprintf("%.1f MB", median(each(kubectl, memory)))},
		{
			what:  fmt.Sprintf("the claims, kubectl-sts: peak memory of the worst round (at most %.0f MB)", mostClaimMegabytes),
			value: fmt.Sprintf("%.1f MB", most), over: most > mostClaimMegabytes,
		},
	}, nil
}

// fill makes the objects, in a process of its own: what this one takes counts
// for those that it starts, until they have begun. It returns NAMESPACE/NAME
// of each orphan, in order.
func (b *sandbox) fill(ctx context.Context) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "run", "./test/bulk", "-kubeconfig", b.kubeconfig)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("test/bulk: %w", err)
	}
	orphans := strings.Fields(string(out))
	slices.Sort(orphans)
	return orphans, nil
}

// names is an error unless the table has a row for each orphan and no other.
func names(table string, orphans []string) error {
	rows, _, _ := strings.Cut(table, "\n\n") // the totals follow
	var got []string
	for row := range strings.Lines(rows) {
		if fields := strings.Fields(row); len(fields) > 1 && fields[0] != "NAMESPACE" {
			got = append(got, fields[0]+"/"+fields[1])
		}
	}
	slices.Sort(got)
	if len(orphans) != 10_000 || !slices.Equal(got, orphans) {
		return fmt.Errorf("prune-pvc named %d claims, not the %d orphans", len(got), len(orphans))
	}
	return nil
}
