package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
)

// soak is long enough for a request on a timer to show.
const soak = "10s"

// requests counts, in the API server's own audit log, what one canary of three
// steps asks for: with no soak, and with a long one. What is sent more often
// when it only waits longer is sent on a timer.
func requests(ctx context.Context, box *sandbox, _ int) ([]row, error) {
	short, err := box.count(ctx, "nginx:2.1", "0s")
	if err != nil {
		return nil, err
	}
	long, err := box.count(ctx, "nginx:2.2", soak)
	if err != nil {
		return nil, err
	}
	const steps = 3
	return []row{
		{
			what:  fmt.Sprintf("API requests of a canary of %d steps: writes (at most steps + 3)", steps),
			value: fmt.Sprint(short.writes), over: short.writes > steps+3,
		},
		{what: "the same: reads, " + short.kinds(), value: fmt.Sprint(short.reads)},
		{
			what:  "more requests when each step soaks for " + soak + " (on a timer)",
			value: fmt.Sprint(long.total() - short.total()), over: long.total() > short.total(),
		},
	}, nil
}

// tally is how often each kind of request was sent.
type tally struct {
	reads, writes int
	by            map[string]int
}

func (t tally) total() int { return t.reads + t.writes }

func (t tally) kinds() string {
	var out []string
	for kind, n := range t.by {
		if !strings.HasPrefix(kind, "patch") {
			out = append(out, fmt.Sprintf("%d %s", n, kind))
		}
	}
	sort.Strings(out)
	return strings.Join(out, ", ")
}

func (b *sandbox) count(ctx context.Context, image, soak string) (tally, error) {
	if err := b.settle(ctx); err != nil {
		return tally{}, err
	}
	info, err := os.Stat(b.log)
	if err != nil {
		return tally{}, err
	}
	if _, err := b.run(ctx, "kubectl-sts", "canary", "web", "--image", "nginx="+image, "--soak", soak, "--yes"); err != nil {
		return tally{}, err
	}
	return readLog(b.log, info.Size())
}

// readLog counts what the plugin sent since the log had this size.
func readLog(file string, from int64) (tally, error) {
	f, err := os.Open(file)
	if err != nil {
		return tally{}, err
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Seek(from, 0); err != nil {
		return tally{}, err
	}
	t := tally{by: map[string]int{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			Stage, Verb, UserAgent string
			AuditID                string
			ObjectRef              struct{ Resource string }
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return tally{}, fmt.Errorf("audit log: %w", err)
		}
		// A watch has two stages; each request is counted once.
		first := e.Stage == "ResponseComplete" && e.Verb != "watch" || e.Stage == "ResponseStarted" && e.Verb == "watch"
		if !strings.HasPrefix(e.UserAgent, "kubectl-sts/") || !first {
			continue
		}
		t.by[e.Verb+" "+e.ObjectRef.Resource]++
		// To ask whether one may do something is to create a review, which nothing keeps.
		if slices.Contains([]string{"get", "list", "watch"}, e.Verb) || strings.HasPrefix(e.ObjectRef.Resource, "selfsubject") {
			t.reads++
		} else {
			t.writes++
		}
	}
	return t, lines.Err()
}
