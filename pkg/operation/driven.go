package operation

import (
	"fmt"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Watch is the command that looks on.
func Watch(words string, s sts.Snapshot) hint.Hint {
	return hint.Plugin(words, "watch", s.Name(), "--follow")
}

// WatchFirst puts first, among what can be done about an operation that another process
// drives or may drive, to look on.
func WatchFirst(driver note.Driver, s sts.Snapshot, try ...hint.Hint) []hint.Hint {
	words := fmt.Sprintf("watch it (driven by %s)", sts.Clean(driver.String()))
	return slices.Insert(try, 0, Watch(words, s))
}

// HelpsBeside are what can be done about an operation that another process drives or may
// drive: to look on first. What would go on with it is refused meanwhile, unless it takes
// the operation over.
func HelpsBeside(driver note.Driver, record Record, s sts.Snapshot, good bool) []hint.Hint {
	try := slices.Clone(record.Helps(s, good))
	for i, h := range try {
		if h.Again || h.Verb == "promote" {
			try[i] = h.Saying("or, in its place, " + h.Words).With(plan.TakeOverFlag)
		}
	}
	return WatchFirst(driver, s, try...)
}
