package check_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

func TestEnv(t *testing.T) {
	on := check.Scope{
		Namespace: "shop", Set: "web", Step: "canary/partition-3", Revision: "web-2", Stable: "web-1",
		Pods:    []check.Pod{{Name: "web-3", Ordinal: 3}, {Name: "web-4", Ordinal: 4}},
		Stables: []check.Pod{{Name: "web-0"}},
	}
	require.Equal(t, []string{
		"STS_NAME=web", "STS_NAMESPACE=shop", "STS_STEP=canary/partition-3", "STS_REVISION=web-2", "STS_STABLE=web-1",
		"STS_PODS=web-3 web-4", "STS_STABLE_PODS=web-0",
	}, on.Env())
	require.Equal(t, []string{
		"STS_NAME=web", "STS_NAMESPACE=shop", "STS_STEP=canary/partition-3", "STS_REVISION=web-2", "STS_STABLE=web-1",
		"STS_POD=web-4", "STS_ORDINAL=4",
	}, on.EnvIn(on.Pods[1]))
}

func TestYoungest(t *testing.T) {
	_, ok := check.Youngest(nil)
	require.False(t, ok)
	young := check.Pod{Name: "web-3", Available: noon}
	got, ok := check.Youngest(
		[]check.Pod{{Name: "web-2", Available: noon.Add(-time.Second)}, young, {Name: "web-4", Available: noon.Add(-time.Hour)}},
	)
	require.True(t, ok)
	require.Equal(t, young, got)
}

func TestWhatStablePodsSaidIsRemembered(t *testing.T) {
	value := 0.19
	before := check.Stables{"lag": {Value: 1, At: noon}}
	got := before.Remember(check.Measurement{Check: "p99", At: noon, Stable: &value})
	require.Equal(t, check.Stables{"lag": {Value: 1, At: noon}, "p99": {Value: 0.19, At: noon}}, got)
	require.Equal(t, check.Stables{"lag": {Value: 1, At: noon}}, before)
	// What was remembered already is no newer for being used.
	require.Equal(t, got, got.Remember(check.Measurement{Check: "p99", At: noon.Add(time.Hour), Stable: &value, StableAt: noon}))
	require.Equal(t, got, got.Remember(check.Measurement{Check: "p99", At: noon.Add(time.Hour)}))
}
