package judge

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

func TestWhatACommandSaysAboutAClaim(t *testing.T) {
	e := Evidence{Schedule: schedule.Schedule{Sets: []schedule.Set{
		{Name: "web-x", Template: "data", Start: 2}, {Name: "x", Template: "data-web"}, {Name: "web", Template: "data"},
	}}}
	for _, tt := range []struct {
		args  []string
		claim string
		want  string
	}{
		{[]string{"scale", "web", "--replicas=1", "--pvc=delete"}, "data-web-1", loses},
		{[]string{"scale", "web", "--replicas=1", "--pvc=delete"}, "data-web-0", ""},
		{[]string{"scale", "web", "--replicas=1", "--pvc=retain-volume"}, "data-web-1", retains},
		{[]string{"scale", "web", "--replicas=1", "--pvc=keep"}, "data-web-1", ""},
		{[]string{"scale", "web", "--replicas=3", "--pvc=fresh"}, "data-web-2", loses},
		{[]string{"scale", "web", "--replicas=3", "--pvc=fresh"}, "data-web-3", ""},
		{[]string{"scale", "web", "--replicas=1", "--pvc=delete"}, "data-web-x-3", ""},
		{[]string{"scale", "web-x", "--replicas=1", "--pvc=delete"}, "data-web-x-3", loses},
		{[]string{"scale", "web-x", "--replicas=1", "--pvc=delete"}, "data-web-x-2", ""},
		{[]string{"prune-pvc", "--yes"}, "data-web-1", loses},
		{[]string{"prune-pvc", "--yes", "--retain-volumes"}, "data-web-1", retains},
		{[]string{"prune-pvc", "web", "--yes"}, "data-web-1", loses},
		{[]string{"prune-pvc", "web-x", "--yes"}, "data-web-1", ""},
		{[]string{"canary", "web"}, "data-web-1", ""},
		{[]string{"prune-pvc", "--yes"}, "other-web-1", ""},
	} {
		require.Equal(t, tt.want, e.tells(schedule.Act{Args: tt.args}, tt.claim), "%v %s", tt.args, tt.claim)
	}
}

// What an earlier command was told is no excuse, unless it is the scale that goes on.
func TestOnlyAScaleInProgressIsGoneOnWith(t *testing.T) {
	const claim = "data-web-2"
	for _, tt := range []struct {
		name  string
		first string
		then  string
		open  bool // the first one's record is on the set until then
		want  string
	}{
		{"after a prune", "prune-pvc --yes", "scale web --replicas=2 --retry", true, ""},
		{"after a scale that is over", "scale web --replicas=2 --pvc=delete", "scale web --replicas=2 --retry", false, ""},
		{"after a scale that is not over", "scale web --replicas=2 --pvc=delete", "scale web --replicas=2 --retry", true, loses},
		{"after one that retains", "scale web --replicas=2 --pvc=retain-volume", "scale web --replicas=2", true, retains},
		{"by a scale that keeps", "scale web --replicas=2 --pvc=delete", "scale web --replicas=2 --pvc=keep", true, ""},
		{
			"by one to more pods, which leaves it out as well", "scale web --replicas=1 --pvc=retain-volume",
			"scale web --replicas=2 --pvc=reuse", true, retains,
		},
		{"by one to more pods, which wants it", "scale web --replicas=1 --pvc=delete", "scale web --replicas=3 --pvc=reuse", true, ""},
		{"by a scale to elsewhere", "scale web --replicas=2 --pvc=delete", "scale web --replicas=1", true, ""},
		{"by another verb", "scale web --replicas=2 --pvc=delete", "restart web", true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := began()
			s.Schedule.Sets = []schedule.Set{{Name: "web", Template: "data", Replicas: 3}}
			at := s.set(0, "")
			if tt.open {
				s.Moments[at-1].Set.Annotations = map[string]string{annotations.Scale: "{}"}
			}
			s.Runs = []Run{
				{Act: schedule.Act{Args: strings.Fields(tt.first)}, From: s.Began, To: at},
				{Number: 1, Act: schedule.Act{Args: strings.Fields(tt.then)}, From: at, To: at + 1},
			}

			got, _ := s.told(claim, s.Runs[1], at+1)

			require.Equal(t, tt.want, got)
		})
	}
}
