package intent

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Beside warns that another process may go on with the same operation.
func (r Run) Beside(record operation.Rollout, s sts.Snapshot, now time.Time) []string {
	o := r.Other
	if o == nil {
		return nil
	}
	who, watch := sts.Clean(o.Driver.String()), "; watch it: "+r.Sts("watch", s, "--follow")
	if o.Alive {
		return []string{fmt.Sprintf("the %s was driven by %s (process %d), which stops now", record.Verb.Name(), who, o.Driver.Process)}
	}
	touched := ""
	if !o.Touched.IsZero() {
		touched = fmt.Sprintf("; it wrote to the set last %s ago, at %s",
			now.Sub(o.Touched).Round(time.Second), o.Touched.UTC().Format(time.RFC3339))
	}
	return []string{fmt.Sprintf("the %s was driven by %s: whether that process still runs can't be told from here%s%s",
		record.Verb.Name(), who, touched, watch)}
}

// WatchFirst puts first, among what can be done about an operation that another
// process drives or may drive, to look on.
func (r Run) WatchFirst(s sts.Snapshot, try ...hint.Hint) []hint.Hint {
	return WatchFirst(r.Other, s, try...)
}

// WatchFirst is the same for what this process, nil for none, drives or may drive.
func WatchFirst(o *note.Other, s sts.Snapshot, try ...hint.Hint) []hint.Hint {
	if o == nil {
		return try
	}
	return operation.WatchFirst(o.Driver, s, try...)
}

// GoOnInItsPlace is what can be done about what another process drives.
func GoOnInItsPlace(s sts.Snapshot) []hint.Hint {
	return []hint.Hint{
		operation.Watch("watch it", s), hint.Words("or go on in its place: the same command with " + plan.TakeOverFlag),
	}
}
