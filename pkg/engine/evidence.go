package engine

import (
	"context"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

// Ask is the evidence of a pod. What a run that failed has kept of it stays, and
// gets the log, which is not kept.
func Ask(ctx context.Context, w Witness, kept *evidence.Evidence, pod string, trouble *sts.Trouble) *evidence.Evidence {
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
// back, before the last ones that take up again what has ended.
func SeeMore(try []hint.Hint, pod string, e *evidence.Evidence) []hint.Hint {
	at := len(try) - hint.Tries(try)
	out := slices.Clone(try[:at])
	for _, look := range looks(pod, e) {
		if !slices.ContainsFunc(try, look.Same) {
			out = append(out, look)
		}
	}
	return append(out, try[at:]...)
}

// looks are the commands that show more of a pod than its evidence does.
func looks(pod string, e *evidence.Evidence) []hint.Hint {
	var out []hint.Hint
	if e != nil && len(e.Log) > 0 {
		args := []string{pod, "-c", e.Container}
		if e.Previous {
			args = append(args, "--previous")
		}
		out = append(out, hint.Kube("see the whole log", "logs", args...))
	}
	return append(out, hint.Kube("look closer", "describe", "pod", pod))
}
