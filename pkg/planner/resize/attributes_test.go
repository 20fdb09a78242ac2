package resize_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// attributes is a request for a VolumeAttributesClass, and for no size.
func attributes(t *testing.T, text string, changes ...func(*resize.Request)) resize.Request {
	t.Helper()
	target, err := resize.ParseAttributes(text)
	require.NoError(t, err)
	r := request(t, "20Gi", func(r *resize.Request) {
		r.Target, r.Attributes = resize.Target{}, target
		r.AttributesClasses = []storage.AttributesClass{
			{Name: "gold", Driver: "disks.example.com"}, {Name: "other", Driver: "nfs.example.com"},
		}
		r.Classes[0].Driver = "disks.example.com"
	})
	for _, change := range changes {
		change(&r)
	}
	return r
}

// class has a claim and its volume have a VolumeAttributesClass.
func class(name string) func(*storage.Claim) { return func(c *storage.Claim) { c.Attributes = name } }

// asksFor has a claim ask for one that its volume has not got.
func asksFor(name string) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Attributes, c.Modify = name, &storage.Modify{} }
}

func TestAttributesGoTheWayOfSizes(t *testing.T) {
	s := web([]string{"data"}, five(map[int]func(*storage.Claim){3: class("silver")})...)
	p, err := plantest.Saved(resize.Plan(attributes(t, "gold"), s, ststest.Start))

	require.NoError(t, err)
	require.Equal(t, strings.TrimLeft(`
1/2 set gold on claim data-web-4; claim data-web-4 has what is asked for
2/2+ set gold on claim data-web-3 (was silver); claim data-web-3 is on its way, or waits for its pod
2/2+ set gold on claim data-web-2; claims data-web-3, data-web-2 are on their way, or waits for its pod
2/2+ set gold on claim data-web-1; claims data-web-3, data-web-2, data-web-1 have what is asked for, or waits for its pod
2/2+ set gold on claim data-web-0; claim data-web-0 has what is asked for, or waits for its pod
2/2 look; claims data-web-3, data-web-2, data-web-1, data-web-0 have what is asked for
`, "\n"), strings.ReplaceAll(outline(p), "VolumeAttributesClass ", ""))
	require.Equal(t, "change 5 claims of statefulset web: VolumeAttributesClass gold (data)", p.Title)
	require.Equal(t, "the claims of statefulset web have what was asked for: VolumeAttributesClass gold (data); "+
		"the claim templates stay as they are: new ordinals get no VolumeAttributesClass (data)", p.Success)
	require.Equal(t, []string{"web", "--attributes-class", "data=gold", "--claims-only"}, p.Resume.Args)
	require.Equal(t, "10Gi", p.Sizes[0].Wanted)
	require.Equal(t, plan.SizeStays, p.Sizes[0].Fate)
}

// A driver that allows one change in hours has to see both at once.
func TestASizeAndAttributesAreOneRequest(t *testing.T) {
	r := attributes(t, "data=gold", func(r *resize.Request) { r.Target = request(t, "20Gi").Target })
	p, err := plantest.Saved(resize.Plan(r, web([]string{"data"}, claim("data", 4)), ststest.Start))

	require.NoError(t, err)
	require.Equal(t, "1/1 grow claim data-web-4 from 10Gi to 20Gi, and set VolumeAttributesClass gold; "+
		"claim data-web-4 has what is asked for\n", outline(p))
	require.Equal(t, "change 1 claim of statefulset web: data 20Gi, VolumeAttributesClass gold (data)", p.Title)
	require.Equal(t, []string{"web", "--size", "data=20Gi", "--attributes-class", "data=gold", "--claims-only"}, p.Resume.Args)
}

func TestAttributesThatThereAre(t *testing.T) {
	for _, test := range []struct {
		name   string
		claims []storage.Claim
		want   string
	}{
		{"all of them", []storage.Claim{claim("data", 4, class("gold"))}, ""},
		{"asked for already", []storage.Claim{claim("data", 4, asksFor("gold"))}, "1/1 look; claim data-web-4 has what is asked for\n"},
		{
			"the highest has shown that it can be had",
			[]storage.Claim{claim("data", 4, class("gold")), claim("data", 3)},
			"1/1 set VolumeAttributesClass gold on claim data-web-3; claim data-web-3 has what is asked for\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := plantest.Saved(resize.Plan(attributes(t, "gold"), web([]string{"data"}, test.claims...), ststest.Start))
			require.NoError(t, err)
			if test.want == "" {
				require.Nil(t, p)
				return
			}
			require.Equal(t, test.want, outline(p))
		})
	}
}

// A claim that was made with the attributes has not shown that the driver can change any.
func TestAClaimThatWasMadeWithTheAttributesIsNoCanary(t *testing.T) {
	set := ststest.Set(templates("data"), func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates[0].Spec.VolumeAttributesClassName = ptr.To("gold")
	})
	s := ststest.Snapshot(set, ststest.Pods(0, 5)).WithClaims(five(map[int]func(*storage.Claim){4: class("gold")}))

	p, err := plantest.Saved(resize.Plan(attributes(t, "gold"), s, ststest.Start))

	require.NoError(t, err)
	require.Contains(t, p.Details[0], "the claims of ordinal 3 go first, alone; when they have what is asked for, the others follow")
}

func TestAttributesThatCantBeHad(t *testing.T) {
	one := []storage.Claim{claim("data", 4)}
	for _, test := range []struct {
		name   string
		r      resize.Request
		claims []storage.Claim
		want   string
	}{
		{
			"there is no such class", attributes(t, "bronze"), one,
			"nothing is changed; claim data-web-4: VolumeAttributesClass bronze is not found",
		},
		{
			"of another driver", attributes(t, "other"), one,
			"nothing is changed; claim data-web-4: VolumeAttributesClass other is for volumes of nfs.example.com, " +
				"and StorageClass fast is for those of disks.example.com",
		},
		{
			"not bound", attributes(t, "gold"),
			[]storage.Claim{claim("data", 4, func(c *storage.Claim) { c.Phase = "Pending" })},
			"nothing is changed; claim data-web-4: it is Pending, and only one that is Bound can be changed",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := plantest.Saved(resize.Plan(test.r, web([]string{"data"}, test.claims...), ststest.Start))
			require.Nil(t, p)
			require.EqualError(t, err, test.want)
		})
	}
	for name, change := range map[string]func(*resize.Request){
		"nobody may read classes":   func(r *resize.Request) { r.AttributesClasses = nil },
		"volumes of no known name":  func(r *resize.Request) { r.Classes[0].Driver = "kubernetes.io/aws-ebs" },
		"a class that can't expand": func(r *resize.Request) { r.Classes[0].Expandable = false },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plantest.Saved(resize.Plan(attributes(t, "gold", change), web([]string{"data"}, one...), ststest.Start))
			require.NoError(t, err)
		})
	}
}

func TestNamesOfAttributesClasses(t *testing.T) {
	got, err := resize.ParseAttributes("data=gold,wal=silver.v2")
	require.NoError(t, err)
	require.Equal(t, resize.Target{By: map[string]string{"data": "gold", "wal": "silver.v2"}}, got)
	_, err = resize.ParseAttributes("data=Gold")
	require.EqualError(t, err, `"Gold" can't be the name of a VolumeAttributesClass`)
}

// A percentage of a claim whose attributes are not there yet would grow it twice when the same
// command is given again.
func TestAPercentageIsNotTakenTwiceWhileAttributesAreOnTheirWay(t *testing.T) {
	percent, err := resize.ParseGrow("20%")
	require.NoError(t, err)
	r := attributes(t, "gold", func(r *resize.Request) { r.Target = percent })

	_, err = plantest.Saved(resize.Plan(r, web([]string{"data"}, claim("data", 4, has("12Gi"), asksFor("gold"))), ststest.Start))
	require.EqualError(t, err, "the claims of template data are on their way to 12Gi")

	p, err := plantest.Saved(resize.Plan(r, web([]string{"data"}, claim("data", 4)), ststest.Start))
	require.NoError(t, err)
	require.Equal(t, []string{"web", "--size", "data=12Gi", "--attributes-class", "data=gold", "--claims-only"}, p.Resume.Args)
}

// Sizes that claims are on their way to hold nothing up where none is asked for.
func TestAttributesAloneLeaveSizesAlone(t *testing.T) {
	waits := claim("data", 4, asks("20Gi"), class("gold"))
	s := web([]string{"data"}, waits, claim("data", 3, asks("20Gi")))
	p, err := plantest.Saved(resize.Plan(attributes(t, "gold"), s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, "1/1 set VolumeAttributesClass gold on claim data-web-3; claim data-web-3 has what is asked for\n", outline(p))
	change, _ := p.Steps[0].Change.(plan.ResizeClaim)
	require.Empty(t, change.To)
}

// Each thing that is asked for has to be shown by a claim: one that grew and was made with the
// attributes has shown nothing of these.
func TestAClaimShowsWhatWasChangedOfIt(t *testing.T) {
	set := ststest.Set(templates("data"), func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates[0].Spec.VolumeAttributesClassName = ptr.To("gold")
	})
	s := ststest.Snapshot(set, ststest.Pods(0, 5)).WithClaims(five(map[int]func(*storage.Claim){
		4: func(c *storage.Claim) { c.Size, c.Attributes = "20Gi", "gold" },
	}))
	r := attributes(t, "gold", func(r *resize.Request) { r.Target = request(t, "20Gi").Target })

	p, err := plantest.Saved(resize.Plan(r, s, ststest.Start))

	require.NoError(t, err)
	require.Contains(t, p.Details[0], "the claims of ordinal 3 go first, alone")
}

func TestAttributesOfTemplatesThatCantBeHad(t *testing.T) {
	ofClass := func(set *appsv1.StatefulSet) { set.Spec.VolumeClaimTemplates[0].Spec.StorageClassName = ptr.To("fast") }
	s := ststest.Snapshot(ststest.Set(templates("data"), ofClass), ststest.Pods(0, 5))
	require.NoError(t, resize.RefuseTemplates(attributes(t, "gold"), s))
	require.NoError(t, resize.RefuseTemplates(request(t, "20Gi"), s))
	require.EqualError(t, resize.RefuseTemplates(attributes(t, "bronze"), s),
		"nothing is changed; claim template data: VolumeAttributesClass bronze is not found")
	require.EqualError(t, resize.RefuseTemplates(attributes(t, "other"), s), "nothing is changed; claim template data: "+
		"VolumeAttributesClass other is for volumes of nfs.example.com, and StorageClass fast is for those of disks.example.com")
}

func FuzzAttributes(f *testing.F) {
	for _, text := range []string{
		"gold", "data=gold", "data=gold,wal=silver.v2", "=", "data=", "Gold", "a,b", "data=a=b", " data = gold ",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		target, err := resize.ParseAttributes(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		r := resize.Request{Attributes: target, AtOnce: 1}
		p, err := plantest.Saved(resize.Plan(r, web([]string{"data"}, claim("data", 4)), ststest.Start))
		if err != nil || p == nil {
			return // another template
		}
		again, err := resize.ParseAttributes(p.Resume.Args[2])
		require.NoError(t, err)
		require.Equal(t, p.Sizes[0].Attributes, again.By["data"])
		require.Contains(t, target.Values(), again.By["data"])
	})
}
