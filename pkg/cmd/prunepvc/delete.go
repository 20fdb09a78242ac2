package prunepvc

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// delete deletes the claims, and writes records of them to the file, nil for none.
func (v *visit) delete(ctx context.Context, file *receipt.File) error {
	several, _ := v.judge.(*judges)
	v.form.Text.Retain = v.RetainVolumes
	o, err := v.runner.RunBatch(ctx, v.plan(), batch.Engine{
		Cluster: cluster{v.runner.Client, !v.IgnoreHPA, v.DryRun == report.DryRunServer, several, v.DeletedSets},
		Judge:   v.judge, Step: v.step, Asked: v.selects(), Receipts: file, Concurrency: v.Concurrency,
		Retain: v.RetainVolumes && v.DryRun == report.DryRunNone, Help: v.help,
	}, v.list.Doomed())
	if err != nil {
		return err
	}
	return app.Result(o)
}

// receipts is the file for receipts. When volumes stay anyway, it is no reason to stop
// that none can be written.
func (v *visit) receipts() (*receipt.File, error) {
	if v.DryRun != report.DryRunNone || !v.RetainVolumes && v.total.Staying == 0 {
		return nil, nil
	}
	file := runner.ReceiptFile{Dir: v.RecordDir}
	if v.RetainVolumes {
		file.Needed = "no record can be written, so nothing was deleted (see --record)"
	}
	return v.runner.OpenReceipts(file)
}

// help are the commands that go on.
func (v *visit) help(o engine.Outcome) []hint.Hint {
	var out []hint.Hint
	back := hint.Plugin("bring them back", "restore-pvc", "-f")
	back.Path = app.QuotePath(o.Receipts)
	switch {
	case o.Receipts == "":
	case o.Claims.Recorded > 0:
		out = append(out, back)
	default: // an answer may have been lost
		out = append(out, back.Saying("should any of them be gone all the same"))
	}
	if o.Claims.Left > 0 || len(o.Claims.Stopped) > 0 {
		out = append(out, hint.Words("the rest is as it was: run the same command again"))
	}
	return out
}
