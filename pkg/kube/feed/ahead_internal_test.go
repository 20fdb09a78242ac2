package feed

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Nobody takes what an early watch tells until its feed is taken: it may have
// more to tell by then than is kept, and waits.
func TestAWatchIsTakenWhileItWaitsToTellThatItWasCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		set := &workload.Set{ObjectMeta: metav1.ObjectMeta{UID: "web-uid"}}
		w := &watcher{
			trouble: make(chan engine.Update), out: make(chan engine.Update),
			cut: map[*source]bool{}, budgets: &source{optional: true},
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.lose(ctx, w.budgets, "")
		}()
		synctest.Wait() // it waits for somebody who takes it

		feed, taken := (&Ahead{set: set, watcher: w, stop: stop}).Take(set, Options{Budgets: true})

		require.True(t, taken)
		var told <-chan engine.Update = w.out
		require.Equal(t, told, feed)
		require.False(t, w.budgets.optional, "what is needed must not be missing")
		stop()
		<-ended
	})
}
