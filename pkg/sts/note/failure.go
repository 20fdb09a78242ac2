package note

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

// The formats of notes. A version of the plugin from before there were
// failures reads the first alone: what it would pass over, it refuses.
const (
	FormatGoing  = 1 // of a run that can be gone on with
	FormatFailed = 2 // of one that failed, with the [Failure]
)

// Failure is why a run ended before its goal. It is kept in the run's note until
// somebody goes on with it all the same, or goes back.
type Failure struct {
	At      time.Time `json:"at"`
	Message string    `json:"message"`          // the pod's name included
	Pod     string    `json:"pod,omitempty"`    // that it is about, if any
	Reason  string    `json:"reason,omitempty"` // in one word, such as CrashLoopBackOff
	// Evidence is what the pod has left behind, which may be gone by now; nil where
	// there was none.
	Evidence *evidence.Evidence `json:"evidence,omitempty"`
}

// mostWords is how long a failure's message may be, in bytes: all annotations of
// an object share 256 KiB.
const mostWords = 1024

// Short is the failure with what a container has said made harmless, and at
// length left out in the middle: the beginning names the pod, and the end says why.
func (f Failure) Short() Failure {
	f.Message = evidence.CutMiddle(sts.Clean(strings.ToValidUTF8(f.Message, "\uFFFD")), mostWords)
	if f.Evidence != nil {
		short := f.Evidence.Short()
		f.Evidence = &short
	}
	return f
}

// String says what and when.
func (f Failure) String() string {
	return fmt.Sprintf("%s (at %s)", f.Message, f.At.UTC().Format(time.RFC3339))
}

// WithFailure is a note's text with a failure in it. Fields that this version
// does not know stay as they are.
func WithFailure(text string, f Failure) (string, error) {
	var note map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &note); err != nil {
		return "", err
	}
	if note == nil {
		return "", errors.New("it is no object")
	}
	words, err := json.Marshal(f.Short())
	if err != nil {
		return "", err
	}
	note["version"], note["failed"] = json.RawMessage(fmt.Sprint(FormatFailed)), words
	out, err := json.Marshal(note)
	return string(out), err
}
