package engine

import (
	"context"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Ask is the evidence of a pod. What a run that failed has kept of it stays, and
// gets the log, which is not kept.
func Ask(ctx context.Context, w Witness, kept *sts.Evidence, pod string, trouble *sts.Trouble) *sts.Evidence {
	container := ""
	switch {
	case kept != nil:
		container = kept.Container
	case trouble != nil:
		container = trouble.Container
	}
	now := w.Evidence(ctx, pod, container)
	if kept == nil {
		return now
	}
	whole := kept.WithLog(now)
	return &whole
}

// SeeMore adds to what helps the commands that show more of a pod: behind the ways
// back, before the last ones, again in number, which take up again what has ended.
func SeeMore(try []string, again int, command hint.Caller, pod string, e *sts.Evidence) []string {
	at := len(try) - again
	out := slices.Clone(try[:at])
	for _, h := range looks(pod, e) {
		if more := command.Render(h); !slices.Contains(try, more) {
			out = append(out, more)
		}
	}
	return append(out, try[at:]...)
}

// looks are the commands that show more of a pod than its evidence does.
func looks(pod string, e *sts.Evidence) []hint.Hint {
	var out []hint.Hint
	if e != nil && len(e.Log) > 0 {
		args := []string{pod, "-c", e.Container}
		if e.Previous {
			args = append(args, "--previous")
		}
		out = append(out, hint.Hint{Words: "see the whole log", Kind: hint.Kubectl, Verb: "logs", Args: args})
	}
	return append(out, hint.Hint{Words: "look closer", Kind: hint.Kubectl, Verb: "describe", Args: []string{"pod", pod}})
}
