package transport_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestNowIsTheClustersTime(t *testing.T) {
	tests := []struct {
		name  string
		ahead time.Duration // the server's clock, before the machine's
		takes time.Duration // the answer
		begin time.Duration // within a second
		date  string        // in place of the server's
		want  time.Duration // Now, before the machine's
	}{
		{name: "a cluster that is a minute ahead", ahead: time.Minute, want: time.Minute},
		{name: "a cluster that is an hour behind", ahead: -time.Hour, want: -time.Hour},
		{name: "three seconds count", ahead: 3 * time.Second, want: 3 * time.Second},
		{name: "two seconds may be the header's rounding", ahead: 2 * time.Second, want: 0},
		{name: "two seconds behind may be the answer's way", ahead: -2 * time.Second, want: 0},
		{name: "a slow answer tells no time", ahead: time.Minute, takes: 4 * time.Second, want: 0},
		{
			name:  "an answer on its way for long, whose date was cut to the second, is no clock that is behind",
			ahead: -3 * time.Second, takes: 3 * time.Second, begin: 900 * time.Millisecond, want: 0,
		},
		{name: "a date that is none", date: "tomorrow", want: 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 5))
				server.Late = test.takes
				server.Date = func() string {
					if test.date != "" {
						return test.date
					}
					return time.Now().Add(test.ahead).UTC().Format(http.TimeFormat)
				}
				client := server.Client()
				time.Sleep(test.begin)

				_, _, err := client.Load(t.Context(), "web")

				require.NoError(t, err)
				require.Equal(t, test.want, time.Until(client.Now()))
			})
		})
	}
}

func TestNowBeforeAnyAnswerIsTheMachinesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.NewServer(t)
		t.Cleanup(server.Close)

		require.Equal(t, time.Now(), server.Client().Now())
	})
}

func TestNowForgetsASkewThatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 5))
		ahead := time.Minute
		server.Date = func() string { return time.Now().Add(ahead).UTC().Format(http.TimeFormat) }
		client := server.Client()
		_, _, err := client.Load(t.Context(), "web")
		require.NoError(t, err)
		require.Equal(t, time.Now().Add(time.Minute), client.Now())

		ahead = 0
		_, _, err = client.Load(t.Context(), "web")

		require.NoError(t, err)
		require.Equal(t, time.Now(), client.Now())
	})
}
