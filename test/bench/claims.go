package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// What a look at the claims of a big cluster may take, however big it is.
const (
	mostOfKubectl      = 0.2
	mostClaimMegabytes = 48.0
)

// size is how big a cluster is: 400 claims in each namespace, half of them
// orphans, with 200 pods and 10 sets.
type size struct {
	namespaces int
	claims     string // in words
	rounds     int    // at most
}

// inSizes compares claims in clusters of these sizes, one after the other.
func inSizes(sizes []size) func(context.Context, *sandbox, int) ([]row, error) {
	return func(ctx context.Context, box *sandbox, rounds int) ([]row, error) {
		return claims(ctx, box, rounds, sizes)
	}
}

// claims compares the search for claims that nobody wants with what kubectl
// takes to list the claims, in several sizes. It comes last: the controllers are
// gone then.
func claims(ctx context.Context, box *sandbox, rounds int, sizes []size) ([]row, error) {
	if _, err := box.tool(ctx, "stop-controllers"); err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close() //nolint:errcheck // nothing is in it
	var rows []row
	orphans := map[string]bool{}
	for _, s := range sizes {
		more, err := box.fill(ctx, len(orphans)/200, s.namespaces)
		if err != nil {
			return nil, err
		}
		for _, orphan := range more {
			orphans[orphan] = true
		}
		ways := []func() (usage, error){
			func() (usage, error) { return box.runTo(ctx, null, "kubectl", "get", "pvc", "-A", "-o", "json") },
			func() (usage, error) {
				return box.toFile(ctx, func(out io.Reader) error { return names(out, orphans, s.namespaces*200) },
					"kubectl", "sts", "prune-pvc", "-A", "--dry-run")
			},
		}
		samples, err := sample(ctx, box, min(rounds, s.rounds), ways)
		if err != nil {
			return nil, err
		}
		rows = append(rows, s.rows(samples[0], samples[1])...)
		looks, err := s.sets(ctx, box, null, rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, looks...)
		judged, err := s.doctor(ctx, box, null, rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, judged...)
	}
	return rows, nil
}

func (s size) rows(kubectl, plugin []usage) []row {
	wall := func(u usage) float64 { return u.wall.Seconds() }
	memory := func(u usage) float64 { return float64(u.memory) / 1e6 }
	most := slices.Max(each(plugin, memory))
	return []row{
		{
			what:  fmt.Sprintf("%s claims in %d namespaces, `kubectl get pvc -A -o json`: wall", s.claims, s.namespaces),
			value: seconds(kubectl, wall),
		},
		{
			what:  "`kubectl sts prune-pvc -A --dry-run`, with half as many pods, names half of the claims, the orphans: wall",
			value: seconds(plugin, wall), ratio: ratio(plugin, kubectl, wall), most: mostOfKubectl,
		},
		{what: s.claims + " claims, kubectl: peak memory", value: fmt.Sprintf("%.1f MB", median(each(kubectl, memory)))},
		{
			what:  fmt.Sprintf("%s claims, kubectl-sts: peak memory of the worst round (at most %.0f MB)", s.claims, mostClaimMegabytes),
			value: fmt.Sprintf("%.1f MB", most), over: most > mostClaimMegabytes,
		},
	}
}

// toFile runs one command line with its output going to a file, and checks that
// afterwards, line by line: what this process has ever held counts for those
// that it starts.
func (b *sandbox) toFile(ctx context.Context, check func(io.Reader) error, words ...string) (usage, error) {
	file, err := os.CreateTemp("", "bench")
	if err != nil {
		return usage{}, err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // it is in the system's folder for such files
	defer file.Close()           //nolint:errcheck // it was written by another process
	u, err := b.runTo(ctx, file, words...)
	if err != nil {
		return u, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return u, err
	}
	return u, check(file)
}

// fill makes the namespaces from the first to the last, in a process of its own:
// what this one takes counts for those that it starts, until they have begun. It
// returns NAMESPACE/NAME of each orphan.
func (b *sandbox) fill(ctx context.Context, first, last int) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "run", "./test/bulk", "-kubeconfig", b.kubeconfig, "-etcd", b.etcd,
		"-first", strconv.Itoa(first), "-namespaces", strconv.Itoa(last))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("test/bulk: %w", err)
	}
	return strings.Fields(string(out)), nil
}

// names is an error unless the table has a row for each orphan and no other.
func names(table io.Reader, orphans map[string]bool, want int) error {
	got, strange := 0, 0
	lines := bufio.NewScanner(table)
	for lines.Scan() && lines.Text() != "" { // the totals follow
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] != "NAMESPACE" {
			got++
			if !orphans[fields[0]+"/"+fields[1]] {
				strange++
			}
		}
	}
	if lines.Err() != nil || got != want || strange > 0 || len(orphans) != want {
		return fmt.Errorf("prune-pvc named %d claims, %d of them no orphans; there are %d orphans of %d",
			got, strange, len(orphans), want)
	}
	return nil
}
