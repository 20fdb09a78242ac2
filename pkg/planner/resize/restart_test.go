package resize_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// auto has pods restart whose file systems grow only then.
func auto(changes ...func(*resize.Restarts)) func(*resize.Request) {
	return func(r *resize.Request) {
		r.Restarts = &resize.Restarts{Soak: 30 * time.Second}
		for _, change := range changes {
			change(r.Restarts)
		}
	}
}

// titles are those of the steps that restart pods or wait for them.
func titles(p *plan.Plan) []string {
	var out []string
	for i := range p.Steps {
		step := &p.Steps[i]
		if _, waits := step.Until.(plan.Others); waits || step.Replace != nil {
			out = append(out, step.Title)
		}
	}
	return out
}

// steps are the titles of all steps, with their numbers.
func steps(p *plan.Plan) string {
	var out strings.Builder
	for i := range p.Steps {
		step := &p.Steps[i]
		part := map[bool]string{true: "+"}[step.Part]
		_, _ = fmt.Fprintf(&out, "%d/%d%s %s\n", step.Number, step.Of, part, step.Title)
	}
	return out.String()
}

// before is how many claims come before those of a step that restarts pods.
func before(t *testing.T, step *plan.Step) int {
	t.Helper()
	until, ok := step.Until.(plan.FileSystemsGrown)
	require.True(t, ok)
	return until.Before
}

func TestTheHighestOrdinalsPodRestartsBeforeAnyOtherClaimGrows(t *testing.T) {
	p, err := plantest.Saved(resize.Plan(request(t, "20Gi", auto()), web([]string{"data"}, five(nil)...), ststest.Start))

	require.NoError(t, err)
	require.Equal(t, strings.TrimLeft(`
1/2+ grow claim data-web-4 from 10Gi to 20Gi
1/2 restart web-4 if a file system waits for that
2/2+ grow claim data-web-3 from 10Gi to 20Gi
2/2+ grow claim data-web-2 from 10Gi to 20Gi
2/2+ grow claim data-web-1 from 10Gi to 20Gi
2/2+ grow claim data-web-0 from 10Gi to 20Gi
2/2 restart those of web-3, web-2, web-1, web-0 for which a file system waits, one by one
`, "\n"), steps(p))
	require.Equal(t, []string{"web", "--size", "data=20Gi", "--claims-only", "--restart", "auto"}, p.Resume.Args)
	require.True(t, p.Restarts())
	for i := range p.Steps {
		if until, ok := p.Steps[i].Until.(plan.ClaimsResized); ok && p.Steps[i].Title != "" {
			require.True(t, until.Leaves || until.Growing > 0, "a step of its own restarts their pods: %s", p.Steps[i].Title)
		}
	}
	first, others := &p.Steps[1], &p.Steps[len(p.Steps)-1]
	require.Equal(t, plan.ReplaceRestart, first.Replace.Mode)
	require.False(t, first.Replace.Budgets)
	require.Equal(t, 30*time.Second, first.Soak)
	require.Equal(t, 0, before(t, first))
	require.Equal(t, 1, before(t, others))
	require.Contains(t, strings.Join(p.Details, "\n"), "a pod restarts where its file system does not grow while it runs: "+
		"one at a time, highest ordinal first, each Available and its file system grown before the next")
}

func TestAnOrderHasNoPodRestartBeforeAllVolumesHaveGrown(t *testing.T) {
	budgeted := web([]string{"data"}, five(nil)...).WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget()})
	leads := plan.Hooks{Leader: &plan.Leader{Find: plan.Hook{Command: "leads", Exec: true, Moment: plan.Leads}}}
	for name, test := range map[string]struct {
		change func(*resize.Restarts)
		again  []string
	}{
		"ascending": {func(r *resize.Restarts) { r.Order = podorder.Order{Ascending: true} }, []string{"--order", "ascending"}},
		"a list":    {func(r *resize.Restarts) { r.Order = podorder.Order{First: []int{2, 0}} }, []string{"--order", "2,0"}},
		"a leader that a command finds": {
			func(r *resize.Restarts) { r.Run = intent.Run{Hooks: leads} }, []string{"--last-exec", "leads"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plantest.Saved(resize.Plan(request(t, "20Gi", auto(test.change)), budgeted, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, []string{
				"restart those of web-4 … web-0 (5 pods) for which a file system waits, one by one",
			}, titles(p))
			last := p.Steps[len(p.Steps)-1]
			require.True(t, last.Replace.Budgets)
			require.Equal(t, 0, before(t, &last))
			require.Equal(t, test.again, p.Resume.Args[len(p.Resume.Args)-2:])
		})
	}
}

func TestARunThatGoesOnWithRestarts(t *testing.T) {
	pending := func(c *storage.Claim) {
		asks("20Gi")(c)
		c.Resize.FileSystemPending = true
	}
	going := five(map[int]func(*storage.Claim){4: has("20Gi"), 3: pending, 2: has("20Gi"), 1: has("20Gi"), 0: has("20Gi")})
	p, err := plantest.Saved(resize.Plan(request(t, "20Gi", auto()), web([]string{"data"}, going...), ststest.Start))
	require.NoError(t, err)
	require.Equal(t, []string{"restart web-3 if a file system waits for that", "wait until every pod is Available"}, titles(p))

	done := five(map[int]func(*storage.Claim){4: has("20Gi"), 3: has("20Gi"), 2: has("20Gi"), 1: has("20Gi"), 0: has("20Gi")})
	p, err = plantest.Saved(resize.Plan(request(t, "20Gi", auto()), web([]string{"data"}, done...), ststest.Start))
	require.NoError(t, err)
	require.Nil(t, p, "every pod is Available")
	away := ststest.Snapshot(ststest.Set(templates("data")), ststest.Pods(1, 5)).WithClaims(done)
	p, err = plantest.Saved(resize.Plan(request(t, "20Gi", auto()), away, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, []string{"wait until every pod is Available"}, titles(p), "it may have been restarted by a run that was killed")
	p, err = plantest.Saved(resize.Plan(request(t, "20Gi"), away, ststest.Start))
	require.NoError(t, err)
	require.Nil(t, p, "none is restarted")

	sizes := map[string]string{"data": "20Gi"}
	require.True(t, resize.UnderWay(away, sizes))
	require.False(t, resize.UnderWay(web([]string{"data"}, five(nil)...), sizes))
}

func TestRestartsThatAreRefused(t *testing.T) {
	updating := ststest.Snapshot(ststest.Set(templates("data"), ststest.Updating("nginx:1.22"), ststest.OnDelete), ststest.Pods(0, 5)).
		WithClaims(five(nil))
	for name, test := range map[string]struct {
		s      sts.Snapshot
		change func(*resize.Restarts)
		want   string
	}{
		"it would be an update": {updating, func(*resize.Restarts) {}, "web-4 would come back at revision "},
		"an ordinal that is none": {
			web([]string{"data"}, five(nil)...), func(r *resize.Restarts) { r.Order.First = []int{9} }, "9",
		},
		"no leader": {
			web([]string{"data"}, five(nil)...), func(r *resize.Restarts) { r.Order.Last = "role=primary" },
			`no pod of statefulset "web" has role=primary`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plantest.Saved(resize.Plan(request(t, "20Gi", auto(test.change)), test.s, ststest.Start))
			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Contains(t, no.Why, test.want)
		})
	}
	_, err := plantest.Saved(resize.Plan(request(t, "20Gi"), updating, ststest.Start))
	require.NoError(t, err, "without restarts")
}

func TestAnOrdinalThatNoPodHasNeedsNoRestart(t *testing.T) {
	r := request(t, "20Gi", auto(), func(r *resize.Request) { r.Ordinals = []int{9} })
	p, err := plantest.Saved(resize.Plan(r, web([]string{"data"}, claim("data", 9)), ststest.Start))
	require.NoError(t, err)
	require.Empty(t, titles(p))
}
