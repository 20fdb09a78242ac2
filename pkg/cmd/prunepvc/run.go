package prunepvc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Run finds the claims, asks, and deletes them.
func Run(ctx context.Context, env *app.Env, r Request) error {
	if r.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.Timeout, engine.ErrTimedOut)
		defer cancel()
	}
	client, err := env.Client("")
	if err != nil {
		return err
	}
	if r.AllNamespaces {
		client = client.Everywhere()
	}
	f, err := r.find(ctx, env, client)
	if err != nil {
		return err
	}
	// Without a terminal nobody can be asked: then it is a dry run, unless
	// something else was asked for.
	unasked := !r.Yes && !env.Streams.Interactive() && (r.DryRun == "" || r.DryRun == report.DryRunNone)
	if r.DryRun == "" {
		r.DryRun = map[bool]report.DryRun{true: report.DryRunClient, false: report.DryRunNone}[unasked]
	}
	if r.DryRun != report.DryRunNone || f.total.Claims == 0 || r.Output != report.Name {
		env.Answer(r.Output).Claims(report.Claims{
			Verdicts: f.list.All(), AllNamespaces: r.AllNamespaces, ShowKept: r.ShowKept, DryRun: r.DryRun, Now: client.Now(),
		})
	}
	person := r.Output == report.Human || r.Output == report.Wide
	if f.total.Claims > 0 && r.DryRun == report.DryRunNone && !r.Yes && !unasked && !person {
		// Who is asked must see what about.
		text.PrintClaims(env.Streams.Err, env.Color, report.Claims{
			Verdicts: f.list.All(), AllNamespaces: r.AllNamespaces, Now: client.Now(),
		}, false)
	}
	f.part = env.Report.Claims(r.words(f.total, env.Within(client.Namespace)), f.reported(env), client.Now())
	tell := r.teller(env, client, f)
	r.sum(env, client, f, tell)
	switch {
	case f.total.Claims == 0:
		return r.end(env, client, f, engine.Outcome{Result: engine.Done, Message: r.words(f.total, env.Within(client.Namespace))})
	case r.DryRun == report.DryRunClient && unasked:
		const until = "nothing was deleted: without a terminal this is a dry run until --yes is given"
		r.say(env, until)
		return r.end(env, client, f, engine.Outcome{Result: engine.Done, Message: until})
	case r.DryRun == report.DryRunClient:
		return r.end(env, client, f, engine.Outcome{Result: engine.Done, Message: "a dry run: nothing was deleted"})
	case unasked:
		return &plan.Refusal{Why: plan.NoTerminal}
	}
	if err := r.may(ctx, client, f.list.Doomed()); err != nil {
		return err
	}
	asked := r.RetainVolumes
	if err := r.confirm(ctx, env, env.Within(client.Namespace), f.total); err != nil {
		return err
	}
	if asked != r.RetainVolumes { // that takes more permissions
		if err := r.may(ctx, client, f.list.Doomed()); err != nil {
			return err
		}
	}
	return r.delete(ctx, env, client, f, tell)
}

func (r Request) say(env *app.Env, text string) {
	report.Say(env.Streams.Err, text)
}

func (r Request) teller(env *app.Env, client *kube.Client, f found) *answer.Pruning {
	return &answer.Pruning{Writer: env.Answer(r.Output), Text: text.Pruning{
		Lines: env.Streams.Err, Color: env.Color, DryRun: r.DryRun, Total: f.total, AllNamespaces: r.AllNamespaces, Now: client.Now,
	}}
}

// sum tells the totals: below the table they are part of the answer.
func (r Request) sum(env *app.Env, client *kube.Client, f found, tell *answer.Pruning) {
	words := r.words(f.total, env.Within(client.Namespace))
	env.Answer(r.Output).ClaimTotal(env.Streams.Err, r.DryRun, f.total, words, r.fate(f.total))
	if r.OlderThan > 0 && f.total.Ageless > 0 {
		r.say(env, fmt.Sprintf("the API server does not tell how long %d of %d have been idle: for these --older-than counts their age",
			f.total.Ageless, f.total.Claims))
	}
	if r.DryRun == report.DryRunClient || f.total.Claims == 0 {
		tell.Found(words)
	}
}

// may is the error when what is missing is a permission, in one line and not in
// one for each claim. Where only some namespaces are not allowed, the others
// are pruned.
func (r Request) may(ctx context.Context, client *kube.Client, verdicts iter.Seq[claims.Verdict]) error {
	var missing error
	asked := map[string]bool{}
	for v := range verdicts {
		if asked[v.Claim.Namespace] {
			continue
		}
		asked[v.Claim.Namespace] = true
		there := client.In(v.Claim.Namespace)
		err := there.Permit(ctx, plan.ClaimNeeds(r.RetainVolumes)...)
		if err == nil {
			err = there.MayAll(ctx, v.Claim, r.RetainVolumes)
		}
		if err == nil {
			return nil
		}
		missing = cmp.Or(missing, err)
	}
	return missing
}

// confirm asks once. Where data would die, a y is not enough.
func (r *Request) confirm(ctx context.Context, env *app.Env, where string, t claims.Total) error {
	if r.Yes || r.DryRun != report.DryRunNone {
		return nil
	}
	count := strconv.Itoa(t.Claims)
	question, help := "Delete "+count+"? The data stays in their volumes. [y/N]", yesHelp
	if t.Dying+t.Staying == 0 {
		question = "Delete " + count + "? None has a volume. [y/N]"
	}
	if r.fate(t) != "" {
		question = "Type " + count + " to delete, r to delete but retain the volumes, Enter to cancel"
		help = fmt.Sprintf(lossHelp, count)
	}
	answer, err := env.Streams.Ask(ctx, term.Question{
		Text: report.Explained(env.Streams.Err, where+": "+question), Help: help,
	})
	answer = strings.ToLower(answer)
	switch {
	case errors.Is(err, term.ErrNoAnswer):
		return plan.Cancel()
	case err != nil:
		return err
	case r.fate(t) == "":
		if answer == "y" || answer == "yes" {
			return nil
		}
	case answer == count:
		return nil
	case answer == "r" || answer == "retain":
		r.RetainVolumes = true
		return nil
	}
	return plan.Cancel()
}

// What a question mark is answered with.
const (
	yesHelp = `  y  yes: delete the claims that are listed above
  n  no, like any other answer: nothing is deleted`

	lossHelp = `  %s  delete the claims that are listed above; the data of their volumes is lost
  r  set the volumes to Retain first, and delete the claims: the data stays
  anything else: nothing is deleted`
)

// delete deletes the claims, and says what became of them.
func (r Request) delete(ctx context.Context, env *app.Env, client *kube.Client, f found, tell *answer.Pruning) error {
	book, err := r.book(env, client, f.total)
	if err != nil {
		return err
	}
	several, _ := f.judge.(*judges)
	run := prune.Run{
		Cluster: cluster{client, !r.IgnoreHPA, r.DryRun == report.DryRunServer, several},
		Judge:   f.judge, Asked: r.selects(), Records: book, Concurrency: r.Concurrency,
		Tell: func(e prune.Event) {
			tell.Handle(e)
			f.part.Handle(e)
		},
		Retain: r.RetainVolumes && r.DryRun == report.DryRunNone,
	}
	tell.Text.Retain = r.RetainVolumes
	sum := run.Do(ctx, f.list.Doomed())
	record := ""
	if book != nil {
		if record, err = book.Close(); err != nil {
			env.Warn("the record " + book.Path() + ": " + err.Error())
		}
	}
	tell.End(sum, record, r.hints(env, sum, record)...)
	return r.end(env, client, f, sum.Outcome())
}

// end notes for the reports how it ended; everybody else has been told.
func (r Request) end(env *app.Env, client *kube.Client, f found, o engine.Outcome) error {
	f.part.End(o, client.Now())
	env.Report.End = o
	return app.Result(o)
}

// book is where records go. When volumes stay anyway, it is no reason to stop
// that none can be written.
func (r Request) book(env *app.Env, client *kube.Client, t claims.Total) (*receipt.File, error) {
	if r.DryRun != report.DryRunNone || !r.RetainVolumes && t.Staying == 0 {
		return nil, nil
	}
	dir, err := receipt.Dir(r.RecordDir)
	book := receipt.NewFile(dir, "kubectl sts prune-pvc", env.Everywhere(), client.Host(), client.Now)
	if err == nil {
		err = book.Prepare()
	}
	switch {
	case err == nil:
		return book, nil
	case r.RetainVolumes:
		return nil, fmt.Errorf("no record can be written, so nothing was deleted (see --record): %w", err)
	}
	env.Warn("no record is written for restore-pvc: " + err.Error())
	return nil, nil
}

// hints are the commands that go on.
func (r Request) hints(env *app.Env, s prune.Summary, record string) []string {
	caller := env.Command("")
	if r.AllNamespaces {
		caller = env.Everywhere() // -n would leave the records of other namespaces out
	}
	var out []string
	switch back := caller.Sts("restore-pvc", "-f") + " " + app.QuotePath(record); {
	case record == "":
	case s.Recorded > 0:
		out = append(out, "bring them back: "+back)
	default: // an answer may have been lost
		out = append(out, "should any of them be gone all the same: "+back)
	}
	if s.Left > 0 || len(s.Stopped) > 0 {
		out = append(out, "the rest is as it was: run the same command again")
	}
	return out
}
