package watch

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

type events []rollout.Event

// Handle keeps the event.
func (all *events) Handle(e rollout.Event) { *all = append(*all, e) }

// A set that wants more pods than there can be has its own end among the others.
func TestAnAbsurdSetIsAnEndOfItsOwn(t *testing.T) {
	client, err := kube.New(&rest.Config{Host: "http://127.0.0.1:1"}, "prod", func(string) {})
	require.NoError(t, err)
	env := &cmdutil.Env{Config: &cmdutil.Config{}}
	absurd := &watched{client: client, name: "web", absurd: sts.Countable(ststest.Set(ststest.Replicas(2147483647)))}
	require.ErrorIs(t, absurd.absurd, sts.ErrUncountable)

	var told events
	absurd.outcome = uncounted(env, absurd, Request{AllNamespaces: true}, &told)

	require.Equal(t, rollout.Halted, absurd.outcome.Result)
	require.Equal(t, `statefulset "web" wants 2147483647 replicas, and no cluster has so many`, absurd.outcome.Message)
	require.Equal(t, []string{"set the number that is meant: kubectl -n prod scale statefulset web --replicas COUNT"}, absurd.outcome.Try)
	require.Equal(t, []rollout.EventType{rollout.EventPlan, rollout.EventOutcome}, []rollout.EventType{told[0].Type, told[1].Type})
	others := &watched{outcome: rollout.Outcome{Result: rollout.Done}}
	require.Equal(t, rollout.Halted, worst([]*watched{others, absurd}).Result)
	require.Equal(t, []string{"prod/web"}, Request{AllNamespaces: true}.titles([]*watched{absurd}))
}
