package runner

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
)

// Again reads the set once more where a person was asked, for an answer may take
// long, and returns what the run is to begin with. A set that was changed
// meanwhile is refused: the answer was about another one. Where nobody was asked
// the snapshot is as new as it gets.
func (r *Runner) Again(ctx context.Context, asked sts.Snapshot) (sts.Snapshot, error) {
	if !r.shown {
		return asked, nil
	}
	s, err := r.Client.Look(ctx, asked)
	if err != nil {
		return s, err
	}
	if what := changed(asked, s); what != "" {
		return s, &plan.Refusal{
			Why: fmt.Sprintf("%s while the question was open: nothing was changed", what),
			Try: []hint.Hint{hint.Words("run the command again, to see what it would do now")},
		}
	}
	return s, nil
}

// changed says what has become of the set between two looks, or "": another set,
// another spec, or another record of a run.
func changed(before, after sts.Snapshot) string {
	switch {
	case !after.Exists() || after.UID() != before.UID():
		return fmt.Sprintf("statefulset %q was deleted", before.Name())
	case after.Set.Generation != before.Set.Generation || !maps.Equal(records(before), records(after)):
		return fmt.Sprintf("statefulset %q was changed", before.Name())
	}
	return ""
}

// records are the annotations of the set in which runs keep what they need.
func records(s sts.Snapshot) map[string]string {
	out := maps.Clone(s.Set.Annotations)
	maps.DeleteFunc(out, func(key, _ string) bool { return !strings.HasPrefix(key, annotation.Prefix) })
	return out
}
