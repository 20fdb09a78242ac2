package resize_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// claim is a claim of 10Gi of set web, of this template and ordinal.
func claim(template string, ordinal int, changes ...func(*storage.Claim)) storage.Claim {
	name := fmt.Sprintf("%s-web-%d", template, ordinal)
	c := storage.Claim{
		Namespace: "default", Name: name, UID: types.UID(name + "-uid"), Size: "10Gi", Class: "fast",
		Phase: corev1.ClaimBound, Volume: "pv",
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// asks has a claim ask for a size that its volume has not got.
func asks(size string) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Resize = &storage.Resize{Request: size} }
}

// has has its volume have a size.
func has(size string) func(*storage.Claim) { return func(c *storage.Claim) { c.Size = size } }

// templates gives the set templates.
func templates(names ...string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		for _, name := range names {
			set.Spec.VolumeClaimTemplates = append(set.Spec.VolumeClaimTemplates, corev1.PersistentVolumeClaim{
				ObjectMeta: metav1.ObjectMeta{Name: name},
				Spec:       corev1.PersistentVolumeClaimSpec{Resources: corev1.VolumeResourceRequirements{Requests: requests("1Gi")}},
			})
		}
	}
}

func requests(size string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)}
}

// web is set web with five pods and these claims of its templates.
func web(names []string, all ...storage.Claim) sts.Snapshot {
	s := ststest.Snapshot(ststest.Set(templates(names...)), ststest.Pods(0, 5))
	return s.WithClaims(all)
}

// five are the claims of template data, with changes to those of some ordinals.
func five(changes map[int]func(*storage.Claim)) []storage.Claim {
	var out []storage.Claim
	for o := range 5 {
		if change, ok := changes[o]; ok {
			out = append(out, claim("data", o, change))
			continue
		}
		out = append(out, claim("data", o))
	}
	return out
}

func request(t *testing.T, size string, changes ...func(*resize.Request)) resize.Request {
	t.Helper()
	target, err := resize.ParseSize(size)
	require.NoError(t, err)
	r := resize.Request{
		Target: target, AtOnce: resize.AtOnce, Classes: []storage.Class{{Name: "fast", Expandable: true}, {Name: "fixed"}},
		Limits: plan.Limits{Patience: 30 * time.Second, Placing: 5 * time.Minute, StepTimeout: 10 * time.Minute},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// outline are the steps of a plan: what each writes, what it waits for, and its number.
func outline(p *plan.Plan) string {
	var out strings.Builder
	for i := range p.Steps {
		step := &p.Steps[i]
		words := "look"
		if step.Change != nil {
			words = step.Change.String()
		}
		until, _ := step.Until.(plan.ClaimsResized)
		part := map[bool]string{true: "+"}[step.Part]
		_, _ = fmt.Fprintf(&out, "%d/%d%s %s; %s", step.Number, step.Of, part, words, until)
		if until.Leaves {
			out.WriteString(", or waits for its pod")
		}
		out.WriteString("\n")
	}
	return out.String()
}

func TestTheHighestOrdinalGoesFirstAndTheOthersInGroups(t *testing.T) {
	p, err := plantest.Saved(resize.Plan(request(t, "20Gi"), web([]string{"data"}, five(nil)...), ststest.Start))

	require.NoError(t, err)
	require.Equal(t, strings.TrimLeft(`
1/2 grow claim data-web-4 from 10Gi to 20Gi; claim data-web-4 has the new size
2/2+ grow claim data-web-3 from 10Gi to 20Gi; claim data-web-3 is on its way, or waits for its pod
2/2+ grow claim data-web-2 from 10Gi to 20Gi; claims data-web-3, data-web-2 are on their way, or waits for its pod
2/2+ grow claim data-web-1 from 10Gi to 20Gi; claims data-web-3, data-web-2, data-web-1 have the new size, or waits for its pod
2/2+ grow claim data-web-0 from 10Gi to 20Gi; claim data-web-0 has the new size, or waits for its pod
2/2 look; claims data-web-3, data-web-2, data-web-1, data-web-0 have the new size
`, "\n"), outline(p))
	require.Equal(t, plan.Identify(*p), plantest.Same(*p), "it is the same after it was saved")
	require.Equal(t, []string{"web", "--size", "data=20Gi", "--claims-only"}, p.Resume.Args)
}

// A claim that was made as large as that has not shown that the driver can expand one.
func TestAClaimThatWasMadeWithTheSizeIsNoCanary(t *testing.T) {
	set := ststest.Set(templates("data"), func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates[0].Spec.Resources.Requests = requests("20Gi")
	})
	s := ststest.Snapshot(set, ststest.Pods(0, 5)).WithClaims(five(map[int]func(*storage.Claim){4: has("20Gi")}))

	p, err := plantest.Saved(resize.Plan(request(t, "20Gi"), s, ststest.Start))

	require.NoError(t, err)
	require.Equal(t, "1/2 grow claim data-web-3 from 10Gi to 20Gi; claim data-web-3 has the new size",
		strings.Split(outline(p), "\n")[0])
	require.Contains(t, p.Details[0], "the claims of ordinal 3 go first, alone")
}

func TestWhatIsDoneIsLeftOut(t *testing.T) {
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want string
	}{
		{"all of it", web([]string{"data"}, five(map[int]func(*storage.Claim){
			0: has("20Gi"), 1: has("20Gi"), 2: has("20Gi"), 3: has("20Gi"), 4: has("20Gi"),
		})...), ""},
		{"the first", web([]string{"data"}, claim("data", 0), claim("data", 4, has("20Gi"))), `
1/1 grow claim data-web-0 from 10Gi to 20Gi; claim data-web-0 has the new size
`},
		{"the first is on its way", web([]string{"data"}, claim("data", 0), claim("data", 4, asks("20Gi"))), `
1/2 look; claim data-web-4 has the new size
2/2 grow claim data-web-0 from 10Gi to 20Gi; claim data-web-0 has the new size
`},
		{"one of the others is on its way: it is looked at before another begins", web([]string{"data"},
			claim("data", 0), claim("data", 1, asks("20Gi")), claim("data", 4, has("20Gi"))), `
1/1+ look; claim data-web-1 is on its way, or waits for its pod
1/1 grow claim data-web-0 from 10Gi to 20Gi; claims data-web-1, data-web-0 have the new size
`},
		{"a request that could not be met is lowered", web([]string{"data"}, claim("data", 4, asks("90Gi"))), `
1/1 lower the request of claim data-web-4 from 90Gi to 20Gi; claim data-web-4 has the new size
`},
		{"a driver gave more than was asked for", web([]string{"data"}, claim("data", 4, has("30Gi"), asks("20Gi"))), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := plantest.Saved(resize.Plan(request(t, "20Gi"), test.s, ststest.Start))

			require.NoError(t, err)
			if test.want == "" {
				require.Nil(t, p)
				return
			}
			require.Equal(t, strings.TrimLeft(test.want, "\n"), outline(p))
		})
	}
}

func TestWhereAllClaimsHaveTheSizeThoseThatThereAreNotAreNamed(t *testing.T) {
	const words = `the claims of statefulset "web" have this size already: nothing was changed`
	all := web([]string{"data"}, five(nil)...)
	require.Equal(t, words, resize.Already(request(t, "10Gi"), all))
	require.Equal(t, words+"; claims data-web-3, data-web-2, data-web-1, data-web-0: not there yet, "+
		"and made from the claim template as it is",
		resize.Already(request(t, "10Gi"), web([]string{"data"}, claim("data", 4))))
	require.Equal(t, words, resize.Already(request(t, "10Gi", func(r *resize.Request) { r.NoClaims = true }), web([]string{"data"})))
}

func TestTwoTemplates(t *testing.T) {
	both := web([]string{"data", "wal"}, claim("data", 4), claim("wal", 4), claim("data", 3), claim("wal", 3))
	p, err := plantest.Saved(resize.Plan(request(t, "wal=20Gi"), both, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, strings.TrimLeft(`
1/2 grow claim wal-web-4 from 10Gi to 20Gi; claim wal-web-4 has the new size
2/2 grow claim wal-web-3 from 10Gi to 20Gi; claim wal-web-3 has the new size
`, "\n"), outline(p))

	p, err = plantest.Saved(resize.Plan(request(t, "wal=20Gi,data=30Gi"), both, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, strings.TrimLeft(`
1/2+ grow claim data-web-4 from 10Gi to 30Gi; claim data-web-4 has the new size
1/2 grow claim wal-web-4 from 10Gi to 20Gi; claims data-web-4, wal-web-4 have the new size
2/2+ grow claim data-web-3 from 10Gi to 30Gi; claim data-web-3 is on its way
2/2 grow claim wal-web-3 from 10Gi to 20Gi; claims data-web-3, wal-web-3 have the new size
`, "\n"), outline(p))
}

func TestRefused(t *testing.T) {
	ordinals := func(list ...int) func(*resize.Request) { return func(r *resize.Request) { r.Ordinals = list } }
	quota := func(resource, class, hard, used string) func(*resize.Request) {
		return func(r *resize.Request) {
			limit := storage.QuotaLimit{Resource: resource, Class: class, Hard: hard, Used: used}
			r.Quotas = []storage.Quota{{Name: "disks", Limits: []storage.QuotaLimit{limit}}}
		}
	}
	grow := func(t *testing.T, text string) func(*resize.Request) {
		t.Helper()
		target, err := resize.ParseGrow(text)
		require.NoError(t, err)
		return func(r *resize.Request) { r.Target = target }
	}
	one := func(changes ...func(*storage.Claim)) sts.Snapshot {
		return web([]string{"data"}, claim("data", 4, changes...))
	}
	class := func(name string) func(*storage.Claim) { return func(c *storage.Claim) { c.Class = name } }
	going := ststest.Snapshot(ststest.Set(templates("data"), ststest.Annotated(note.ScaleAnnotation,
		`{"version":1,"from":5,"to":2,"whenScaled":"Delete"}`)), ststest.Pods(0, 5)).WithClaims([]storage.Claim{claim("data", 4)})
	for _, test := range []struct {
		name   string
		s      sts.Snapshot
		change func(*resize.Request)
		want   string
	}{
		{"it would shrink", one(has("30Gi")), nil, "nothing is resized; claim data-web-4: it has 30Gi, and no volume shrinks to 20Gi"},
		{
			"not bound", one(func(c *storage.Claim) { c.Phase = corev1.ClaimPending }), nil,
			"nothing is resized; claim data-web-4: it is Pending, and only one that is Bound can be resized",
		},
		{"going", one(func(c *storage.Claim) { c.Deleting = true }), nil, "nothing is resized; claim data-web-4: it is being deleted"},
		{
			"a class that does not allow it", one(class("fixed")), nil,
			"nothing is resized; claim data-web-4: its StorageClass fixed does not allow it (allowVolumeExpansion)",
		},
		{"a class that is gone", one(class("gone")), nil, "nothing is resized; claim data-web-4: its StorageClass gone is not found"},
		{"no class", one(class("")), nil, "nothing is resized; claim data-web-4: it has no StorageClass, so nothing resizes it"},
		{"a strange owner", one(func(c *storage.Claim) {
			c.Owners = []metav1.OwnerReference{{Kind: "Backup", Name: "nightly", UID: "nightly"}}
		}), nil, "nothing is resized; claim data-web-4: it belongs to Backup nightly"},
		{"another pod mounts it", one(), func(r *resize.Request) {
			r.World = claims.World{}
			r.World.Use(claims.Key{Namespace: "default", Name: "data-web-4"}, "stranger")
		}, "nothing is resized; claim data-web-4: pod stranger mounts it or waits for it"},
		{
			"a quota that is too small for all of them together", web([]string{"data"}, five(nil)...),
			quota("requests.storage", "", "99Gi", "50Gi"),
			"nothing is resized; quota disks leaves 49Gi of requests.storage, and the claims would ask for 50Gi more",
		},
		{
			"the quota of its class", one(), quota("fast…", "fast", "5Gi", "1Gi"),
			"nothing is resized; quota disks leaves 4Gi of fast…, and the claims would ask for 10Gi more",
		},
		{"an ordinal without a claim", one(), ordinals(7), "there is no claim data-web-7"},
		{"no claim", web([]string{"data"}), nil, `statefulset "web" has no claim yet`},
		{"a scale is in progress", going, nil, `a scale of statefulset "web" is in progress: it ends first`},
		{"no template", web(nil), nil, `statefulset "web" has no volumeClaimTemplates: it has no claims`},
		{
			"a percentage of different sizes", web([]string{"data"}, claim("data", 3), claim("data", 4, has("12Gi"))), grow(t, "20%"),
			"the claims of template data can't grow by a percentage: they ask for different sizes",
		},
		{"a percentage of what is on its way", one(asks("12Gi")), grow(t, "20%"), "the claims of template data are on their way to 12Gi"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := request(t, "20Gi")
			if test.change != nil {
				test.change(&r)
			}
			_, err := plantest.Saved(resize.Plan(r, test.s, ststest.Start))

			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Equal(t, test.want, no.Why)
		})
	}
}

// Not knowing is not passing: what no quota tells is said.
func TestQuotasThatDoNotTell(t *testing.T) {
	quotas := func(all ...storage.Quota) func(*resize.Request) {
		return func(r *resize.Request) { r.Quotas, r.Ordinals = all, []int{4} }
	}
	slow := []storage.QuotaLimit{{Class: "slow", Hard: "1Gi"}}
	uncounted := storage.Quota{Name: "disks", Limits: []storage.QuotaLimit{{Resource: "requests.storage", Hard: "1Gi"}}}
	for name, test := range map[string]struct {
		size string
		of   storage.Quota
		want []string
	}{
		"one that nobody has counted yet": {"20Gi", uncounted, []string{
			"whether quota disks leaves enough for all of it is not known before: nobody has counted its requests.storage yet",
		}},
		"one with scopes": {"20Gi", storage.Quota{Name: "gold", Scoped: true}, []string{
			"whether quota gold leaves enough for all of it is not known before: it counts the claims of some scopes alone",
		}},
		"one of another class":                       {"20Gi", storage.Quota{Limits: slow}, nil},
		"one with nothing to say of what is lowered": {"15Gi", uncounted, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := web([]string{"data"}, claim("data", 4, func(c *storage.Claim) {
				if test.size == "15Gi" {
					c.Resize = &storage.Resize{Request: "90Gi"}
				}
			}))
			p, err := plantest.Saved(resize.Plan(request(t, test.size, quotas(test.of)), s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, test.want, p.Warnings)
		})
	}
}

func TestAQuotaThatTakesForEver(t *testing.T) {
	limit := storage.QuotaLimit{Resource: "requests.storage", Hard: "1e2147483647", Used: "1Gi"}
	r := request(t, "20Gi", func(r *resize.Request) {
		r.Quotas = []storage.Quota{{Name: "disks", Limits: []storage.QuotaLimit{limit}}}
	})
	_, err := plantest.Saved(resize.Plan(r, web([]string{"data"}, claim("data", 4)), ststest.Start))
	require.ErrorContains(t, err, "quota disks leaves -1Gi of requests.storage", "it counts as nothing")
}

func TestNoReasonToRefuse(t *testing.T) {
	for name, r := range map[string]resize.Request{
		"a class that can't be read": request(t, "20Gi", func(r *resize.Request) { r.Classes = nil }),
		"the quota of another class": request(t, "20Gi", func(r *resize.Request) {
			r.Quotas = []storage.Quota{{Limits: []storage.QuotaLimit{{Class: "slow", Hard: "1", Used: "0"}}}}
		}),
		"a quota that is just enough": request(t, "20Gi", func(r *resize.Request) {
			r.Quotas = []storage.Quota{{Limits: []storage.QuotaLimit{{Hard: "20Gi", Used: "10Gi"}}}}
		}),
		"an annotation that keeps it": request(t, "20Gi"),
		"its own pod, which mounts it": request(t, "20Gi", func(r *resize.Request) {
			r.World.Use(claims.Key{Namespace: "default", Name: "data-web-4"}, "web-4")
		}),
	} {
		t.Run(name, func(t *testing.T) {
			s := web([]string{"data"}, claim("data", 4, func(c *storage.Claim) { c.Keep = true }))
			p, err := plantest.Saved(resize.Plan(r, s, ststest.Start))

			require.NoError(t, err)
			require.Len(t, p.Steps, 1)
		})
	}
}
