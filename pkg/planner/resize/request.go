package resize

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// AtOnce is how many claims grow at a time once the first has. Each is a call to a
// storage system that limits them, and work of a node under its pod; and should a driver
// cease to work half way, so many are hit.
const AtOnce = 3

// Request is what a user wants.
type Request struct {
	Target Target
	// Attributes are the VolumeAttributesClasses that claims are to have, none where they are
	// left as they are.
	Attributes Target
	// Ordinals are those whose claims are meant, nil for all that the set wants.
	Ordinals []int
	// AtOnce is how many claims grow at a time.
	AtOnce int
	// Templates says that the claim templates get the size as well, and NoClaims that they
	// alone do.
	Templates, NoClaims bool

	// Restarts says how pods are restarted whose file systems grow only then; nil for not at
	// all.
	Restarts *Restarts

	Limits plan.Limits
	// World is what else can want the set's claims: sets and pods of its namespace.
	World claims.World
	// Classes are those of the claims, without those that there are not. Nil where they
	// can't be read.
	Classes []storage.Class
	// AttributesClasses are those that claims are to have, without those that there are not.
	// Nil where they can't be read.
	AttributesClasses []storage.AttributesClass
	// Quotas are those of the namespace, none where they can't be read.
	Quotas []storage.Quota

	wanted     map[string]string // sizes by template, in bytes or percent
	attributes map[string]string // VolumeAttributesClasses by template
	index      claims.Index      // of World
}

// class is the StorageClass of a claim, as far as it can be read.
func (r Request) class(name string) (class storage.Class, found, known bool) {
	i := slices.IndexFunc(r.Classes, func(c storage.Class) bool { return c.Name == name })
	if i < 0 {
		return storage.Class{}, false, r.Classes != nil
	}
	return r.Classes[i], true, true
}

// attributesClass is a VolumeAttributesClass, as far as it can be read.
func (r Request) attributesClass(name string) (class storage.AttributesClass, found, known bool) {
	i := slices.IndexFunc(r.AttributesClasses, func(c storage.AttributesClass) bool { return c.Name == name })
	if i < 0 {
		return storage.AttributesClass{}, false, r.AttributesClasses != nil
	}
	return r.AttributesClasses[i], true, true
}

// read reads what each of these templates gets.
func (r *Request) read(templates []string) (err error) {
	if r.wanted, err = r.Target.For(templates); err == nil {
		r.attributes, err = r.Attributes.For(templates)
	}
	return err
}

// means reports whether the request is about the claims of this template.
func (r Request) means(template string) bool {
	return r.wanted[template] != "" || r.attributes[template] != ""
}

// again is the command that goes on with the same: it names sizes, for a percentage
// would grow once more what has grown.
func (r Request) again(s sts.Snapshot, sizes map[string]string) hint.Hint {
	var flags []string
	for _, flag := range []struct {
		name string
		all  map[string]string
	}{{"--size", sizes}, {"--attributes-class", r.attributes}} {
		var parts []string
		for _, template := range slices.Sorted(maps.Keys(flag.all)) {
			parts = append(parts, template+"="+flag.all[template])
		}
		if len(parts) > 0 {
			flags = append(flags, flag.name, strings.Join(parts, ","))
		}
	}
	switch {
	case r.NoClaims:
		flags = append(flags, "--template-only")
	case !r.Templates:
		flags = append(flags, "--claims-only")
	}
	if len(r.Ordinals) > 0 {
		flags = append(flags, "--ordinals", workload.OrdinalWords(r.Ordinals))
	}
	if r.AtOnce != AtOnce {
		flags = append(flags, "--concurrency", strconv.Itoa(r.AtOnce))
	}
	again := hint.Plugin("", "resize", s.Name()).With(flags...)
	if r.Restarts != nil {
		return r.Restarts.again(again, s)
	}
	return again
}
