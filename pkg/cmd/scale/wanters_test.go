package scale

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// claiming is an API server with set web, whose five pods have a claim each. It
// answers so who asks for autoscalers.
func claiming(t *testing.T, scalers http.HandlerFunc) *kubetest.Server {
	t.Helper()
	set := ststest.Set(ststest.ClaimTemplates("data"))
	server := kubetest.Loadable(t, set, ststest.Pods(0, 5))
	var claims []*corev1.PersistentVolumeClaim
	for _, pod := range ststest.Pods(0, 5) {
		claims = append(claims, &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "default", Name: "data-" + pod.Name, UID: pod.UID, Labels: map[string]string{"app": "web"},
			},
		})
	}
	server.On(http.MethodGet, kubetest.ClaimsPath, kubetest.List(claims...))
	server.On(http.MethodGet, kubetest.SetsPath, kubetest.List[*appsv1.StatefulSet](set))
	server.On(http.MethodGet, kubetest.ScalersPath, scalers)
	return server
}

// rehearsed is a dry run of a scale to 4 at this server.
func rehearsed(t *testing.T, server *kubetest.Server, answer scale.Answer) (*plan.Plan, error) {
	t.Helper()
	run := options.RunFlags{DryRun: report.DryRunClient}
	env := &app.Env{Config: &app.Config{}, Streams: term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}}
	v := &visit{
		env: env, runner: &runner.Runner{Env: env, Client: server.Client(), Flags: run},
		request: Request{Name: "web", Replicas: 4, Step: 1, Claims: answer, Run: run, RecordDir: t.TempDir()},
	}
	if err := v.load(t.Context()); err != nil {
		return nil, err
	}
	return v.plan(t.Context())
}

// What an autoscaler may want again is kept, so no claim goes while nobody knows of
// one. To keep the claims takes no such knowledge.
func TestClaimsGoOnlyWhereAutoscalersAreKnown(t *testing.T) {
	unknown := kubetest.Failure(http.StatusForbidden, `User "jo" cannot list resource "horizontalpodautoscalers"`)
	for answer, deletes := range map[scale.Answer]bool{"": false, scale.Keep: false, scale.Delete: true, scale.RetainVolume: true} {
		t.Run(string(answer), func(t *testing.T) {
			p, err := rehearsed(t, claiming(t, unknown), answer)
			if !deletes {
				require.NoError(t, err)
				require.Equal(t, plan.FateKept, p.Ordinals[0].Claims[0].Fate)
				return
			}
			require.EqualError(t, err, `forbidden: user "jo" cannot list horizontalpodautoscalers.autoscaling in namespace "default"`)
			require.Equal(t, []hint.Hint{{
				Words: "to go on without autoscalers, scale with --pvc=keep, and then delete the claims",
				Kind:  hint.Sts, Verb: "prune-pvc", Args: []string{"web", "--ignore-hpa"},
			}}, hint.Of(err))
		})
	}
}

func TestWhatElseWantsTheClaimsIsReadInOneLook(t *testing.T) {
	scaler := kubetest.List(kubetest.Scaler("load", "StatefulSet", "apps/v1"))
	server := claiming(t, scaler)

	p, err := rehearsed(t, server, scale.Delete)

	require.NoError(t, err)
	require.Equal(t, "autoscaler load may scale set web up to 9", p.Ordinals[0].Claims[0].Why)
	asked := map[string]int{}
	for _, r := range server.Requests() {
		asked[r.What]++
	}
	for path, want := range map[string]int{
		kubetest.SetsPath + kubetest.FirstSetsPage: 1, kubetest.PodsPath + kubetest.FirstLongPage: 1, kubetest.ScalersPath: 1,
	} {
		require.Equal(t, want, asked["GET "+path], "%s: %v", path, asked)
	}
}
