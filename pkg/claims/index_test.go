package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func TestRivals(t *testing.T) {
	own := set("a-b", 2, data)
	tests := []struct {
		name  string
		claim string
		other []sts.Snapshot
		want  claims.Rival
	}{
		{"a set whose names come out the same", "data-a-b-7", []sts.Snapshot{set("b", 2, []string{"data-a"})}, claims.Rival{Set: "b"}},
		{
			"one that wants the ordinal", "data-a-b-1",
			[]sts.Snapshot{set("b", 2, []string{"data-a"})},
			claims.Rival{Set: "b", Wants: true},
		},
		{
			"of several the one that wants it", "data-x-a-b-1",
			[]sts.Snapshot{set("b", 2, []string{"data-x-a"}), set("x-a-b", 0, data)},
			claims.Rival{Set: "b", Wants: true},
		},
		{"the set itself", "data-a-b-1", nil, claims.Rival{}},
		{"the same in another namespace", "data-a-b-1", []sts.Snapshot{set("b", 2, []string{"data-a"}, func(s *appsv1.StatefulSet) {
			s.Namespace = "other"
		})}, claims.Rival{}},
		{"a set with other names", "data-a-b-1", []sts.Snapshot{set("b", 2, data)}, claims.Rival{}},
		{"no name of a set's claim", "data", []sts.Snapshot{set("b", 2, data)}, claims.Rival{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := claims.World{Sets: append([]sts.Snapshot{own}, tt.other...)}
			got, ok := w.Index().Rival(claim(tt.claim), "a-b")
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want.Set != "", ok)
		})
	}
}

// A set that was made after the look is known to who asks about its claims.
func TestASetThatIsYoungerThanTheLook(t *testing.T) {
	s := set("b", 1, []string{"data-a"})
	w := claims.World{Sets: []sts.Snapshot{set("a-b", 1, data)}}
	class, why := w.Index().Protects(claim("data-a-b-7"), claims.Owner{Set: &s})
	require.Equal(t, claims.Ambiguous, class)
	require.Equal(t, "it can be template data-a of set b or template data of set a-b", why)
}

// Of the pods that use a claim one is known that is not its own, whatever the order
// and the pages in which they are listed.
func TestUsersBesidesTheOwnPod(t *testing.T) {
	key := claims.Key{Namespace: "default", Name: "data-web-4"}
	s := set("web", 2, data)
	for _, pages := range [][][]string{
		{{"web-4", "debug"}},
		{{"debug", "web-4"}},
		{{"web-4"}, {"debug"}},
		{{"debug"}, {"web-4"}},
		{{"web-4", "debug"}, {"web-4"}},
		{{"web-4"}, {"web-4", "debug"}},
		{{}, {"debug", "web-4"}},
	} {
		var w claims.World
		for _, pods := range pages {
			var page claims.World
			for _, pod := range pods {
				page.Use(key, pod)
			}
			w.Add(page)
		}
		_, why := w.Index().Protects(claim(key.Name), claims.Owner{Set: &s, Pod: "web-4"})
		require.Equal(t, "pod debug mounts it or waits for it", why, "%v", pages)
	}
	var alone claims.World
	alone.Use(key, "web-4")
	alone.Use(key, "web-4")
	class, _ := alone.Index().Protects(claim(key.Name), claims.Owner{Set: &s, Pod: "web-4"})
	require.Empty(t, class)
}
