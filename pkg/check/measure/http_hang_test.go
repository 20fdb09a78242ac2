package measure_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/measure"
)

func TestAPortThatHangsIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := measure.Measurer{Dial: hanging{}}
		began := time.Now()
		got := m.Measure(t.Context(), one(check.Check{Kind: check.HTTP, URL: ":8080/"}), scope())
		require.Equal(t, check.Reading{Pod: "web-3", Verdict: check.Unknown, Message: "no answer within 30s"}, got.Reading)
		require.Equal(t, 30*time.Second, time.Since(began))
	})
}
