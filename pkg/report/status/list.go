package status

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// List is what the status of several sets shows. Of a status that was added it
// keeps what is printed, not the pods: there may be a hundred thousand.
type List struct {
	AllNamespaces bool   // each set is shown with its namespace
	Look          string // the command that shows one of them
	Where         string // the namespace and the cluster, as [report.Where] has them

	rows []listRow
}

// listRow is a set's row, and what is said below the table.
type listRow struct {
	namespace, name          string
	ready                    string
	allReady                 bool
	updated, image, strategy string
	partition, run           string // empty for most sets
	verdict                  verdict.Verdict
	forgotten                bool // held for so long that nobody may be at work on it
	help                     string
}

// Add adds a set below those that there are.
func (l *List) Add(st report.Status) { l.rows = append(l.rows, shown{st}.row()) }

// row is what the list keeps of a status.
func (st shown) row() listRow {
	s := st.Snapshot
	good, fresh := st.count()
	r := listRow{
		namespace: s.Set.Namespace, name: s.Name(), allReady: good == s.Replicas(),
		ready: fmt.Sprintf("%d/%d", good, s.Replicas()), updated: fmt.Sprint(fresh),
		image: report.OrDash(st.TemplateImage()), strategy: string(s.Strategy()), partition: st.partitionWords(), run: st.runWords(),
		verdict: st.Verdict, help: st.Caller.Render(st.help()),
	}
	r.verdict.Try, r.verdict.Evidence = nil, nil
	if s.Unknown() {
		r.ready, r.allReady = fmt.Sprintf("-/%d", s.Set.Spec.Ordinals.Len()), false
	}
	if s.Away != nil {
		r.partition = "" // it is created with its gate closed
	}
	if s.Away != nil && s.Away.Unread != nil {
		r.ready, r.strategy = "-", "-"
	}
	if !s.Observed() || s.Unknown() {
		r.updated = "-" // which revision that is, only the controller knows
	}
	since, known := st.heldSince()
	r.forgotten = !known || st.Now.Sub(since) >= forgotten
	return r
}

const (
	// forgotten is how long a set must have been held for the list to name
	// the command that helps: before that somebody is at work on it.
	forgotten = time.Hour
	// flood is how many sets at most get such a command.
	flood = 5
)

// Len is how many sets there are.
func (l *List) Len() int { return len(l.rows) }

// Result is the worst of all results: trouble before held before settled.
func (l *List) Result() engine.Result {
	worst := engine.Done
	for i := range l.rows {
		switch l.rows[i].verdict.Result {
		case engine.Halted:
			return engine.Halted
		case engine.Held:
			worst = engine.Held
		}
	}
	return worst
}

// Summary counts the sets by their states, and says where they are.
func (l *List) Summary() string {
	counts := map[verdict.State]int{}
	for i := range l.rows {
		counts[l.rows[i].verdict.State()]++
	}
	var parts []string
	for _, state := range []verdict.State{
		verdict.StateSettled, verdict.StateInProgress, verdict.StateHeld, verdict.StateTrouble, verdict.StateFailed,
	} {
		if n := counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return sts.Count(len(l.rows), "set") + " in " + l.Where + ": " + strings.Join(parts, ", ")
}

// Print prints a row for each set, a summary, and what helps.
func (l *List) Print(w io.Writer, mode term.ColorMode) {
	style, width := report.NewStyles(w, mode), term.Width(w)
	header, rows := l.table(style, width)
	table.Write(w, width, header, rows)
	look := style.Verdict(l.Result())
	_, _ = fmt.Fprintf(w, "\n%s\n", report.Each(look, report.WrapIndent(l.Summary(), width, "")))
	need := l.needing()
	if len(need) > flood {
		_, _ = fmt.Fprintln(w, "  look closer: "+l.Look)
		return
	}
	for _, r := range need {
		look := style.Verdict(r.verdict.Result)
		text := report.WrapIndent(l.called(r)+": "+report.Clean(r.verdict.Message), width, "")
		_, _ = fmt.Fprintf(w, "%s\n  %s\n", report.Each(look, text), report.Clean(r.help))
	}
}

func (l *List) called(r listRow) string {
	if l.AllNamespaces {
		return r.namespace + "/" + r.name
	}
	return r.name
}

// needing are the sets that somebody should look after, those in trouble first.
func (l *List) needing() []listRow {
	var trouble, held []listRow
	for _, r := range l.rows {
		switch r.verdict.State() {
		case verdict.StateTrouble, verdict.StateFailed:
			trouble = append(trouble, r)
		case verdict.StateHeld:
			if r.forgotten {
				held = append(held, r)
			}
		case verdict.StateSettled, verdict.StateInProgress:
		}
	}
	return append(trouble, held...)
}

// help is the one command that helps most: out of a bad canary, the way back.
func (st shown) help() hint.Hint {
	try := st.Verdict.Try
	switch first := st.Ops.First(); {
	case len(try) == 0:
		return hint.Plugin("look closer", "status", st.Snapshot.Name())
	case st.Verdict.Result == engine.Halted && first != nil && first.ReplacesPods() && st.Verdict.Failed == nil:
		helps := first.Helps(st.Snapshot, false)
		back := slices.IndexFunc(helps, func(h hint.Hint) bool { return h.Verb == "abort" })
		return helps[max(back, 0)] // an undo has none: then to go on
	}
	return try[0]
}

// heldSince is since when the set has been held, as far as it tells.
func (st shown) heldSince() (time.Time, bool) {
	if first := st.Ops.First(); first != nil {
		if since, known := first.Since(st.Snapshot); known {
			return since, true
		}
	}
	return st.PartitionSince()
}

func (st shown) partitionWords() string {
	if st.Snapshot.Partition() == 0 {
		return ""
	}
	words := fmt.Sprint(st.Snapshot.Partition())
	if st.Snapshot.Closed() {
		words = "closed"
	}
	if since, ok := st.PartitionSince(); ok {
		words += " for " + duration.HumanDuration(st.Now.Sub(since))
	}
	return words
}

// count counts the pods in range that are Ready, and those on the update
// revision. The fields of the set's status would count those on their way out.
func (st shown) count() (ready, updated int) {
	s := st.Snapshot
	for o := range s.Ordinals().All() {
		p, ok := s.Pod(o)
		if !ok || p.Terminating {
			continue
		}
		if p.Ready {
			ready++
		}
		if p.Revision == s.UpdateRevision() {
			updated++
		}
	}
	return ready, updated
}
