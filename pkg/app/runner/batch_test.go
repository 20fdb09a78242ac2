package runner

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// emptied is a cluster of a batch, in which every claim may be deleted.
type emptied struct{ batch.Cluster }

func (emptied) Look(context.Context, string) (claims.World, error) { return claims.World{}, nil }
func (emptied) Delete(context.Context, storage.Claim) error        { return nil }

// Again lets every claim go.
func (emptied) Again(old []claims.Verdict, _ claims.World) []claims.Verdict { return old }

// unused are verdicts about two claims, and what it takes to delete them.
func unused() ([]claims.Verdict, batch.Engine) {
	var out []claims.Verdict
	for _, name := range []string{"data-web-1", "data-web-2"} {
		out = append(out, claims.Verdict{Claim: storage.Claim{Namespace: "default", Name: name}, Delete: true, Set: "web"})
	}
	return out, batch.Engine{
		Cluster: emptied{}, Judge: emptied{}, Concurrency: 1,
		Step: func(v claims.Verdict) plan.Step { return plantest.Step(planner.Step(v, false)) },
	}
}

func TestABatchIsToldWhereEveryRunIs(t *testing.T) {
	r, _, _ := (&cluster{}).runner(t, options.RunFlags{})
	shown := &form{}
	r.Form = shown
	r.Env.ReportFiles = ci.Files{nil} // somebody wants one
	r.Env.Note("deprecated")
	verdicts, b := unused()

	o, err := r.RunBatch(t.Context(), planner.Plan("default", "two claims", nil), b, slices.Values(verdicts))

	require.NoError(t, err)
	require.Equal(t, engine.Done, o.Result)
	require.Equal(t, []engine.EventType{
		engine.EventPlan, engine.EventWarning, engine.EventClaim, engine.EventClaim, engine.EventOutcome,
	}, shown.events)
	require.Equal(t, o, r.Env.Report.End)
	require.Len(t, r.Env.Report.Parts, 1)
	part := r.Env.Report.Parts[0]
	require.Equal(t, []string{"deprecated"}, part.Warnings)
	require.Equal(t, []ci.CaseResult{ci.Passed, ci.Passed}, []ci.CaseResult{part.Cases[0].Result, part.Cases[1].Result})
}

func TestABatchThatIsNotRunIsReported(t *testing.T) {
	r, _, _ := (&cluster{}).runner(t, options.RunFlags{DryRun: report.DryRunClient})
	shown := &form{}
	r.Form = shown
	r.Env.ReportFiles = ci.Files{nil}
	verdicts, b := unused()

	r.NotRun(planner.Plan("default", "two claims", nil), batch.Steps(slices.Values(verdicts), b.Step), "a dry run: nothing was deleted")

	require.Equal(t, []string{"two claims"}, shown.plans)
	require.Empty(t, shown.events)
	require.Equal(t, "a dry run: nothing was deleted", r.Env.Report.End.Message)
	require.Len(t, r.Env.Report.Parts, 1)
	for _, c := range r.Env.Report.Parts[0].Cases {
		require.Equal(t, ci.NotRun, c.Result)
		require.Equal(t, "a dry run: nothing was deleted", c.Words)
	}
}

func TestWhereNoRecordCanBeWrittenItDependsOnWhetherOneIsNeeded(t *testing.T) {
	r, _, stderr := (&cluster{}).runner(t, options.RunFlags{})
	r.Env.Report.Command = "kubectl sts scale"
	file := filepath.Join(t.TempDir(), "no-folder")
	require.NoError(t, os.WriteFile(file, nil, 0o600))

	_, err := r.OpenReceipts(ReceiptFile{Dir: file, Needed: "nothing was deleted"})
	require.EqualError(t, err, "nothing was deleted: mkdir "+file+": not a directory")
	require.Empty(t, stderr.String())

	open, err := r.OpenReceipts(ReceiptFile{Dir: file})
	require.NoError(t, err)
	require.Nil(t, open)
	require.Equal(t, "warning: no record is written for restore-pvc: mkdir "+file+": not a directory\n", stderr.String())

	_, err = r.OpenReceipts(ReceiptFile{Dir: t.TempDir(), Set: "web", Needed: "no", Readable: func() error { return engine.ErrDenied }})
	require.ErrorIs(t, err, engine.ErrDenied)

	dir := t.TempDir()
	open, err = r.OpenReceipts(ReceiptFile{Dir: dir, Set: "web", Needed: "no"})
	require.NoError(t, err)
	text, err := os.ReadFile(open.Path())
	require.NoError(t, err)
	require.Contains(t, string(text), "# Claims that kubectl sts scale web deleted at ")
	require.Equal(t, dir, filepath.Dir(open.Path()))
}
