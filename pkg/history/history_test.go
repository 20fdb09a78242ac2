package history_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

var limits = verdict.Limits{Patience: 30 * time.Second, Deadline: 10 * time.Minute}

var update = ststest.Revision(ststest.Update)

// revision is a ControllerRevision that was made so many minutes ago.
func revision(name, image string, number int64, minutes int, annotations ...string) *appsv1.ControllerRevision {
	r := ststest.ControllerRevision(name, image, number)
	r.CreationTimestamp = metav1.NewTime(ago(minutes))
	for i := 0; i < len(annotations); i += 2 {
		metav1.SetMetaDataAnnotation(&r.ObjectMeta, annotations[i], annotations[i+1])
	}
	return r
}

func ago(minutes int) time.Time { return ststest.Start.Add(-time.Duration(minutes) * time.Minute) }

// row is a revision without its template, which another test looks at.
func row(name, image string, number int64, minutes int, changes ...func(*history.Revision)) history.Revision {
	r := history.Revision{
		Number: number, Name: name, Created: ago(minutes), Images: []podtemplate.ContainerImage{{Container: "nginx", Image: image}},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func is(roles ...history.Role) func(*history.Revision) {
	return func(r *history.Revision) { r.Roles = roles }
}

func with(pods ...string) func(*history.Revision) {
	return func(r *history.Revision) { r.Pods = pods }
}

func reused(r *history.Revision) { r.Reused = true }

func gone(name string, changes ...func(*history.Revision)) history.Revision {
	r := history.Revision{Name: name, Gone: true}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func two() []*appsv1.ControllerRevision {
	return []*appsv1.ControllerRevision{revision(ststest.Stable, "nginx:1.21", 1, 60), revision(ststest.Update, "nginx:1.22", 2, 5)}
}

func TestOf(t *testing.T) {
	all := []string{"web-0", "web-1", "web-2", "web-3", "web-4"}
	updating := ststest.Set(ststest.Updating("nginx:1.22"))
	tests := []struct {
		name      string
		set       *appsv1.StatefulSet
		pods      []*corev1.Pod
		revisions []*appsv1.ControllerRevision
		record    *operation.Rollout
		want      []history.Revision
	}{
		{
			name: "a settled set, whose one revision is stable and update", set: ststest.Set(), pods: ststest.Pods(0, 5),
			revisions: []*appsv1.ControllerRevision{revision(ststest.Stable, "nginx:1.21", 1, 60)},
			want:      []history.Revision{row(ststest.Stable, "nginx:1.21", 1, 60, is(history.Stable, history.Update), with(all...))},
		},
		{
			name: "a rollout under way", set: updating, revisions: two(),
			pods: append(ststest.Pods(0, 3), ststest.Pods(3, 5, update)...),
			want: []history.Revision{
				row(ststest.Stable, "nginx:1.21", 1, 60, is(history.Stable), with(all[:3]...)),
				row(ststest.Update, "nginx:1.22", 2, 5, is(history.Update), with(all[3:]...)),
			},
		},
		{
			name: "OnDelete, where status.currentRevision stays behind", revisions: two(),
			set: ststest.Set(ststest.Strategy("OnDelete"), ststest.Updating("nginx:1.22"), func(set *appsv1.StatefulSet) {
				set.Status.CurrentRevision = "web-first"
			}),
			pods: append(ststest.Pods(0, 3), ststest.Pods(3, 5, update)...),
			want: []history.Revision{
				row(ststest.Stable, "nginx:1.21", 1, 60, is(history.Stable), with(all[:3]...)),
				row(ststest.Update, "nginx:1.22", 2, 5, is(history.Update), with(all[3:]...)),
			},
		},
		{
			name: "a set without pods", set: ststest.Set(ststest.Replicas(0)), revisions: two(),
			want: []history.Revision{
				row(ststest.Stable, "nginx:1.21", 1, 60, is(history.Stable, history.Update)), row(ststest.Update, "nginx:1.22", 2, 5),
			},
		},
		{
			name: "a canary that has updated all pods goes back to where it came from", revisions: two(),
			set: ststest.Set(ststest.Updated), pods: ststest.Pods(0, 5, update), record: &operation.Rollout{Stable: ststest.Stable},
			want: []history.Revision{
				row(ststest.Stable, "nginx:1.21", 1, 60, is(history.Stable)),
				row(ststest.Update, "nginx:1.22", 2, 5, is(history.Update), with(all...)),
			},
		},
		{
			name: "an undo under way, whose revision before is nothing to go back to", revisions: two(),
			set: ststest.Set(ststest.Updating("nginx:1.22")), pods: ststest.Pods(0, 5),
			record: &operation.Rollout{Verb: operation.VerbUndo, Stable: ststest.Stable, Target: ststest.Update},
			want: []history.Revision{
				row(ststest.Stable, "nginx:1.21", 1, 60, is(history.Left), with(all...)),
				row(ststest.Update, "nginx:1.22", 2, 5, is(history.Stable, history.Update)),
			},
		},
		{
			name: "the template of the oldest was used again", set: ststest.Set(), pods: ststest.Pods(0, 5),
			revisions: []*appsv1.ControllerRevision{
				revision(ststest.Update, "nginx:1.22", 2, 5), revision(ststest.Stable, "nginx:1.21", 3, 60),
			},
			want: []history.Revision{
				row(ststest.Update, "nginx:1.22", 2, 5),
				row(ststest.Stable, "nginx:1.21", 3, 60, reused, is(history.Stable, history.Update), with(all...)),
			},
		},
		{
			name: "pods at revisions that are gone, one of which the canary would go back to", set: updating,
			pods:      append(ststest.Pods(0, 4, ststest.Revision("web-older")), ststest.Pods(4, 5, update)...),
			revisions: two()[1:], record: &operation.Rollout{Stable: "web-oldest"},
			want: []history.Revision{
				gone("web-older", with(all[:4]...)),
				gone("web-oldest", is(history.Stable)),
				row(ststest.Update, "nginx:1.22", 2, 5, is(history.Update), with(all[4:]...)),
			},
		},
		{name: "a set that the controller has not seen yet", set: ststest.Set(func(set *appsv1.StatefulSet) {
			set.Status = appsv1.StatefulSetStatus{}
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := history.Of(sts.Observe(workload.FromApps(tt.set), tt.pods, tt.revisions, nil), tt.record, limits, ststest.Start)
			for i := range got {
				got[i].Template = nil
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestARevisionIsBrokenWhenAPodIsInTroubleAtIt(t *testing.T) {
	pull := ststest.Waiting("ImagePullBackOff", "no such image")
	s := sts.Observe(workload.FromApps(ststest.Set(ststest.Updating("nginx:1.22"))),
		append(ststest.Pods(0, 4), ststest.Pod(4, update, pull)), two(), nil)
	broken := []verdict.Broken{{Pod: "web-4", Ordinal: 4, Revision: ststest.Update, Trouble: *s.Pods[4].Trouble}}

	got := history.Of(s, nil, limits, ststest.Start)

	require.Equal(t, []history.Role{history.Stable}, got[0].Roles)
	require.Nil(t, got[0].Broken)
	require.Equal(t, []history.Role{history.Update, history.Broken}, got[1].Roles)
	require.Equal(t, broken, got[1].Broken)

	patient := history.Of(s, nil, verdict.Limits{Patience: 2 * time.Hour, Deadline: 2 * time.Hour}, ststest.Start)
	require.Equal(t, []history.Role{history.Update}, patient[1].Roles)
}

func TestTheChangeCauseIsTheRevisionsOwn(t *testing.T) {
	const cause = "kubernetes.io/change-cause"
	s := sts.Observe(workload.FromApps(ststest.Set(ststest.Annotated(cause, "of a change to come"))), nil, []*appsv1.ControllerRevision{
		revision("web-a", "nginx:1.21", 1, 60, note.RolloutAnnotation, "{}"),
		revision("web-b", "nginx:1.22", 2, 5, cause, "to 1.22", note.RolloutAnnotation, "{}"),
	}, nil)

	var got []string
	for _, r := range history.Of(s, nil, limits, ststest.Start) {
		got = append(got, r.ChangeCause)
	}
	require.Equal(t, []string{"", "", "to 1.22"}, got, "web-stable is gone, web-a has none")
}

func TestARevisionWithoutATemplateIsListed(t *testing.T) {
	bad := revision(ststest.Stable, "nginx:1.21", 1, 60)
	bad.Data.Raw = []byte(`{"spec":{}}`)
	odd := revision(ststest.Update, "nginx:1.22", 2, 5)
	odd.Data.Raw = []byte(`{"spec":{"template":{"spec":"oops"}}}`)
	s := sts.Observe(workload.FromApps(ststest.Set()), nil, []*appsv1.ControllerRevision{bad, odd}, nil)

	got := history.Of(s, nil, limits, ststest.Start)

	require.Len(t, got, 2)
	require.EqualError(t, got[0].Unreadable, "revision web-stable holds no pod template")
	require.ErrorContains(t, got[1].Unreadable, "cannot unmarshal string")
	require.Nil(t, got[0].Template)
	require.Nil(t, got[1].Template)
	_, err := history.Find(got, s, "1")
	require.Equal(t, got[0].Unreadable, err)
}

func TestFind(t *testing.T) {
	s := sts.Observe(workload.FromApps(ststest.Set()), ststest.Pods(0, 2, ststest.Revision("web-gone")), two(), nil)
	all := history.Of(s, nil, limits, ststest.Start)

	got, err := history.Find(all, s, "2")
	require.NoError(t, err)
	require.Equal(t, all[2], got)
	require.Equal(t, ststest.Raw("nginx:1.22"), got.Template)

	_, err = history.Find(all, s, "web-gone")
	require.ErrorContains(t, err, `statefulset "web" has no revision "web-gone"; there are 1 (web-stable), 2 (web-update)`)
}

func TestPresent(t *testing.T) {
	tests := []struct {
		name      string
		set       *appsv1.StatefulSet
		revisions []*appsv1.ControllerRevision
		want, err string
	}{
		{name: "the update revision", set: ststest.Set(ststest.Updating("nginx:1.22")), revisions: two(), want: ststest.Update},
		{
			name: "one that is gone", set: ststest.Set(), revisions: two()[1:],
			err: `the update revision web-stable of statefulset "web" is gone`,
		},
		{
			name: "none yet", revisions: nil,
			set: ststest.Set(func(set *appsv1.StatefulSet) { set.Status = appsv1.StatefulSetStatus{} }),
			err: `the StatefulSet controller has made no revision of the template of statefulset "web" yet`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sts.Observe(workload.FromApps(tt.set), nil, tt.revisions, nil)
			got, err := history.Present(history.Of(s, nil, limits, ststest.Start), s)
			require.Equal(t, tt.want, got.Name)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
		})
	}
}
