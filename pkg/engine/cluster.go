package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// ErrConflict is what Apply returns, wrapped, when the set is no longer what
// the snapshot showed. It is no failure: the run looks again.
var ErrConflict = errors.New("the object changed meanwhile")

// ErrLost is what Apply returns, wrapped, when the API server could not be
// reached or its answer got lost: the write may have been taken. The run
// looks again and repeats it if need be.
var ErrLost = errors.New("no answer from the API server")

// ErrGone is the error about a claim that is to be deleted and does not exist.
var ErrGone = errors.New("it is gone already")

// AnswerWithin is how long an answer to a write is waited for: also after ctrl-C,
// where the write was begun before.
const AnswerWithin = 30 * time.Second

// ErrNoAnswer is the cause of a write that nobody answered for [AnswerWithin].
var ErrNoAnswer = fmt.Errorf("no answer within %s", AnswerWithin)

// ErrTimedOut is the cause of a context that ends because the user's own --timeout
// has passed. No connection's timeout is one.
var ErrTimedOut = fmt.Errorf("--timeout has passed: %w", context.DeadlineExceeded)

// ErrDenied is what is returned, wrapped, where the user lacks a permission.
var ErrDenied = errors.New("not allowed")

// Cluster is what the engine needs to write.
type Cluster interface {
	// Apply sends one change, on condition that the set is still what the
	// snapshot shows. It returns the set as the write left it, or nil when
	// the change was to another object. Errors: ErrConflict, ErrLost, and
	// whatever else the API server says, which ends the run.
	Apply(ctx context.Context, c plan.Change, seen sts.Snapshot) (*workload.Set, error)
}

// Asker asks the person at the terminal. It returns when there is an answer
// or the context ends.
type Asker interface {
	Ask(ctx context.Context, step plan.Step) (plan.Answer, error)
}

// Looker reads the set as it is at this moment. A watch tells of what has
// changed, some time later; only a read tells that nothing has.
type Looker interface {
	// Look reads all that the snapshot shows. The set is nil in its answer when
	// there is none any more.
	Look(ctx context.Context, seen sts.Snapshot) (sts.Snapshot, error)
}

// Update is one item of a feed: a new snapshot, a notice, or the feed's end.
type Update struct {
	Snapshot sts.Snapshot
	Notice   string // something to tell
	// Cut says that no snapshot can be trusted until Back does; a fresh one
	// follows that. Either may come with a notice.
	Cut, Back bool
	Err       error // why no more snapshots will come
}

// Hooks runs hooks.
type Hooks interface {
	// RunHook runs one to its end and tells each line that it says. When the
	// context ends, so does the command, before RunHook returns.
	RunHook(ctx context.Context, h plan.Hook, say func(line string)) error
}

// Receipts keep what it takes to make a deleted claim again.
type Receipts interface {
	// Keep writes it down. It is an error, and the claim stays, where that can't
	// be read or written; [ErrConflict] where the claim is another by now.
	Keep(ctx context.Context, d plan.DeleteClaim, seen sts.Snapshot) error
}

// Witness tells what the cluster knows about a pod that a run has failed because
// of: nil for nothing. It gives up after a few seconds.
type Witness interface {
	Evidence(ctx context.Context, pod, container string) *evidence.Evidence
}
