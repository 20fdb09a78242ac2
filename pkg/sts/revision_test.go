package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestFindRevision(t *testing.T) {
	revision := func(name string, number int64) *appsv1.ControllerRevision {
		return ststest.ControllerRevision(name, "nginx:1.21", number)
	}
	usual := []*appsv1.ControllerRevision{revision("web-6dc4888d6d", 1), revision("web-7fd4f9f5", 3)}
	const moves = " (the number of a revision changes when its template is used again, its name does not)"
	tests := []struct {
		name      string
		revisions []*appsv1.ControllerRevision
		word      string
		want      string
		err       string
	}{
		{name: "by its number", revisions: usual, word: "3", want: "web-7fd4f9f5"},
		{name: "by its name", revisions: usual, word: "web-6dc4888d6d", want: "web-6dc4888d6d"},
		{name: "by the hash at the end of its name", revisions: usual, word: "7fd4f9f5", want: "web-7fd4f9f5"},
		{
			name: "by a hash of digits alone", word: "66697774", want: "web-66697774",
			revisions: []*appsv1.ControllerRevision{revision("web-66697774", 7)},
		},
		{
			name: "a number goes before a hash of digits alone", word: "4", want: "web-7fd4f9f5",
			revisions: []*appsv1.ControllerRevision{revision("web-4", 3), revision("web-7fd4f9f5", 4)},
		},
		{
			name: "a number that is gone, as after its template was used again", revisions: usual, word: "2",
			err: `statefulset "web" has no revision "2"; there are 1 (web-6dc4888d6d), 3 (web-7fd4f9f5)` + moves,
		},
		{
			name: "part of a hash is no name", revisions: usual, word: "f9f5",
			err: `statefulset "web" has no revision "f9f5"; there are 1 (web-6dc4888d6d), 3 (web-7fd4f9f5)` + moves,
		},
		{
			name: "a number in another spelling is none", revisions: usual, word: "03",
			err: `statefulset "web" has no revision "03"; there are 1 (web-6dc4888d6d), 3 (web-7fd4f9f5)` + moves,
		},
		{
			name: "nothing is no revision", revisions: []*appsv1.ControllerRevision{revision("web-", 1)}, word: "",
			err: `statefulset "web" has no revision ""; there are 1 (web-)` + moves,
		},
		{
			name: "a number that two have", word: "3",
			revisions: []*appsv1.ControllerRevision{revision("web-a", 3), revision("web-b", 3), revision("web-c", 4)},
			err:       `revision "3" of statefulset "web" is not the only one: give the name of one of 3 (web-a), 3 (web-b)`,
		},
		{name: "a set without revisions", word: "1", err: `statefulset "web" has no revisions`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := sts.Observe(workload.FromApps(ststest.Set()), nil, tt.revisions, nil).FindRevision(tt.word)

			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got.Name)
		})
	}
}

func TestWordsThatCanMeanARevision(t *testing.T) {
	for word, want := range map[string]bool{
		"3": true, "web-6dc4888d6d": true, "6dc4888d6d": true, "my.web-6dc4888d6d": true,
		"": false, "-1": false, "Web": false, "1,2": false, "a b": false, "revision/web": false, "1\x1b[31m": false,
	} {
		require.Equal(t, want, sts.IsRevisionWord(word), "%q", word)
	}
}
