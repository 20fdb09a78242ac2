package report_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
)

func TestWhere(t *testing.T) {
	for _, test := range []struct{ namespace, name, context, want string }{
		{"prod", "web", "cluster-1", "prod/web @ cluster-1"},
		{"prod", "web", "", "prod/web"},
		{"prod", "", "cluster-1", "prod @ cluster-1"},
		{"", "", "cluster-1", "@ cluster-1"},
		{"", "", "", ""},
		{"prod", "web", "a\x1b[2Jb", "prod/web @ ab"},
	} {
		require.Equal(t, test.want, report.Where(test.namespace, test.name, test.context))
	}
}

func TestGateQuestion(t *testing.T) {
	step := &rollout.Step{Gate: &rollout.Gate{Next: "web-3"}}
	require.Equal(t, "prod/web: next: web-3. [p]romote, [h]old here, [a]bort?", report.GateQuestion("prod/web", step))
	require.Equal(t, "next: web-3. [p]romote, [h]old here, [a]bort?", report.GateQuestion("", step))
}
