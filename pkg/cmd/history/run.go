package history

import (
	"context"
	"fmt"
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Run shows the revisions, a template, or how two differ.
func Run(ctx context.Context, env *app.Env, r Request) error {
	client, err := env.Client("")
	if err != nil {
		return err
	}
	env.About(client.Namespace, r.Name)
	s, _, err := client.Load(ctx, r.Name)
	if err != nil {
		return err
	}
	record, err := operation.FindRollout(s)
	if err != nil {
		env.WarnOf("", err) // the revisions are there all the same
	}
	now := client.Now()
	limits := verdict.Limits{Patience: r.Limits.Patience, Placing: r.Limits.Placing, Deadline: verdict.Deadline}
	h := report.History{Snapshot: s, Revisions: history.Of(s, record, limits, now), Caller: env.Caller(), Now: now}
	switch {
	case r.Revision != "":
		return showTemplate(env, r, h)
	case len(r.Diff) > 0:
		return showDiff(env, r, h)
	}
	env.Answer(r.Output).History(h)
	if r.Output == report.Human {
		text.PrintHistoryNotes(env.Streams.Err, env.Color, h)
	}
	return nil
}

func showTemplate(env *app.Env, r Request, h report.History) error {
	found, err := history.Find(h.Revisions, h.Snapshot, r.Revision)
	if err != nil {
		return err
	}
	if r.Output == report.Human {
		say(env.Streams.Err, text.AboutRevision(found, h.Now))
	}
	return env.Answer(r.Output).Template(h, found)
}

func showDiff(env *app.Env, r Request, h report.History) error {
	from, err := history.Find(h.Revisions, h.Snapshot, r.Diff[0])
	if err != nil {
		return err
	}
	var to history.Revision
	if len(r.Diff) == 1 {
		to, err = history.Present(h.Revisions, h.Snapshot)
	} else {
		to, err = history.Find(h.Revisions, h.Snapshot, r.Diff[1])
	}
	if err != nil {
		return err
	}
	if len(r.Diff) == 1 && !h.Snapshot.Observed() {
		env.Warn("the StatefulSet controller has not seen the newest spec yet: this compares with the one before")
	}
	diff, err := podtemplate.Unified(from.Template, to.Template, report.RevisionName(from), report.RevisionName(to))
	if err != nil {
		return err
	}
	if diff == "" {
		say(env.Streams.Err, same(from, to, len(r.Diff) == 1))
	}
	env.Answer(r.Output).Diff(h, from, to, diff)
	return nil
}

// same says why there is no difference.
func same(from, to history.Revision, withPresent bool) string {
	switch {
	case from.Name != to.Name:
		return fmt.Sprintf("no difference: %s and %s have the same template", report.RevisionName(from), report.RevisionName(to))
	case withPresent:
		return fmt.Sprintf("no difference: %s is the current template; --diff N,M compares any two", report.RevisionName(from))
	}
	return fmt.Sprintf("no difference: both are %s", report.RevisionName(from))
}

func say(w io.Writer, text string) { report.Say(w, text) }
