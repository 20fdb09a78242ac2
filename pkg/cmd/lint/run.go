package lint

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/manifest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/findings"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Run judges the files.
func Run(ctx context.Context, env *app.Env, r Request) error {
	if rule, ok := advice.RuleOf(r.Explain); ok {
		findings.Explain(env.Streams.Out, term.Width(env.Streams.Out), rule)
		return nil
	}
	v := &visit{Request: r, env: env, out: answer.Advices{Writer: env.Answer(r.Output), Least: r.Least}}
	v.out.Total.FailOn, v.out.Total.Now, v.out.Sarif.Version = r.FailOn, env.Now(), env.Version
	if r.Against {
		client, err := env.Client("")
		if err != nil {
			return err
		}
		v.client = client
	}
	files := read(r.Files, env.Streams.In)
	failed := files.failed
	for _, b := range files.bundles() {
		s := assemble(b, v.out.Total.Now)
		failed = append(failed, s.failed...)
		if err := v.judge(ctx, s); err != nil {
			return err
		}
	}
	return v.end(failed, files.files)
}

// visit is one call of the verb.
type visit struct {
	Request

	env    *app.Env
	out    answer.Advices
	client *kube.Client // nil where the cluster is not asked
}

// judge asks the rules about the sets of files that belong together.
func (v *visit) judge(ctx context.Context, s *scene) error {
	v.out.Total.Unseen = advice.MergeUnseen(v.out.Total.Unseen, s.unseen)
	for _, namespace := range s.names {
		w := s.worlds[namespace]
		s.lacks(w)
		if err := v.compare(ctx, w, namespace); err != nil {
			return err
		}
		for i := range w.Sets {
			a := report.Advice{Advice: s.located(advice.Judge(w, &w.Sets[i])), Caller: v.env.Caller(), Now: v.out.Total.Now, Place: s.place}
			if namespace != "" {
				a.Caller = v.env.CallerIn(namespace)
			}
			v.out.Add(a)
			if len(v.env.ReportFiles) > 0 {
				v.env.Report.AddAdvice(a, v.FailOn, v.out.Total.Now)
			}
		}
	}
	return nil
}

// compare reads the sets as the cluster has them. One that it does not have is new.
func (v *visit) compare(ctx context.Context, w *world.World, namespace string) error {
	if v.client == nil {
		w.Unseen[world.PartLiveSets] = ""
		return nil
	}
	client := v.client.In(cmp.Or(namespace, v.client.Namespace))
	w.Before = map[string]*appsv1.StatefulSet{}
	for i := range w.Sets {
		name := w.Sets[i].Object.Name
		live, err := client.StatefulSet(ctx, name)
		switch {
		case apierrors.IsNotFound(err):
		case kube.Denied(err):
			w.Unseen[world.PartLiveSets] = err.Error()
			return nil
		case err != nil:
			return err
		default:
			w.Before[name] = live
		}
	}
	return nil
}

// end writes the answer. A file that can't be read is worse than what is in the others.
func (v *visit) end(failed []error, files int) error {
	var words []string
	for _, err := range failed {
		words = append(words, err.Error())
		if file := (*manifest.Error)(nil); errors.As(err, &file) && len(v.env.ReportFiles) > 0 {
			v.env.Report.AddUnread(file.File, err.Error(), v.out.Total.Now)
		}
	}
	total := &v.out.Total
	if total.Sets == 0 && len(total.Unseen) == 0 && len(failed) == 0 && v.Output == report.Human {
		report.Say(v.env.Streams.Err, fmt.Sprintf("no StatefulSet in %s", sts.Count(files, "file")))
		return nil
	}
	if total.Sets > 0 || len(total.Unseen) > 0 || v.Output != report.Human {
		if err := v.out.Print(words); err != nil {
			return err
		}
	}
	switch n := len(failed); {
	case n == 1:
		return &options.UsageError{Err: failed[0]}
	case n > 1:
		for _, err := range words[:n-1] {
			report.Say(v.env.Streams.Err, "error: "+err)
		}
		return &options.UsageError{Err: failed[n-1]}
	case total.Fails():
		return app.Result(engine.Outcome{Result: engine.Halted, Message: total.Words()})
	}
	return nil
}
