package receipt

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// File is the file of one run's records. It is made with the first of them.
type File struct {
	Dir string
	Now func() time.Time
	// Head is told at the top, for who finds the file.
	Head string

	mu   sync.Mutex
	file *os.File
	size int64 // up to the end of the last whole record
	torn error // why what is behind that could not be taken away

	closed bool
}

// NewFile is a file in this folder about the claims that a command deletes at
// an API server. caller leads there.
func NewFile(dir, command string, caller hint.Caller, host string, now func() time.Time) *File {
	return &File{Dir: dir, Now: now, Head: "Claims that " + command + " deleted at " + host + "; their volumes stay.\n" +
		"Bring them back with their data: " + caller.Sts("restore-pvc", "-f", "THIS-FILE")}
}

// Dir is where records go: the folder that was asked for or, below the user's
// state folder, the usual one.
func Dir(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "kubectl-sts", "pruned"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no folder for records (see --record): %w", err)
	}
	return filepath.Join(home, ".local", "state", "kubectl-sts", "pruned"), nil
}

// Prepare makes the file, so that what is wrong with the folder shows before
// anything is written to the cluster.
func (b *File) Prepare() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file != nil {
		return nil
	}
	// Annotations may hold what is nobody else's business.
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return err
	}
	name := b.Now().UTC().Format("20060102T150405Z") + "-" + strings.ToLower(rand.Text()[:6]) + ".yaml"
	file, err := os.OpenFile(filepath.Join(b.Dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	head := ""
	for line := range strings.Lines(b.Head) {
		head += "# " + strings.TrimRight(line, "\n") + "\n"
	}
	if _, err := file.WriteString(head); err != nil {
		return errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	b.file, b.size = file, int64(len(head))
	return syncDir(b.Dir)
}

// syncDir makes sure that a power cut does not take the file's name away. Not
// every file system can.
func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // it was only read
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// Write adds a record. When it returns, the record is on the disk.
func (b *File) Write(r Receipt) error {
	r.Time = b.Now()
	text, err := r.marshal()
	if err != nil {
		return err
	}
	if err := b.Prepare(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.torn != nil {
		return b.torn
	}
	if _, err := b.file.Write(text); err != nil {
		// Half a record would spoil the next one: the disk may have room again then.
		if b.torn = b.file.Truncate(b.size); b.torn != nil {
			return errors.Join(err, b.torn)
		}
		return err
	}
	b.size += int64(len(text))
	return b.file.Sync()
}

// Entry is the record of one claim in a file.
type Entry struct {
	File *File
	last *Receipt // nil before the first
}

// Write adds the record, unless the last one makes the same claim: a deletion is tried
// again where the claim has changed, which its status alone does as well.
func (e *Entry) Write(r Receipt) error {
	if e.last != nil && e.last.makes(r) {
		return nil
	}
	if err := e.File.Write(r); err != nil {
		return err
	}
	e.last = &r
	return nil
}

// Path is the file, "" while there is none.
func (b *File) Path() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return ""
	}
	return b.file.Name()
}

// Close closes the file and returns its path. One without records goes, and
// its path is "". What is closed already is left as it is.
func (b *File) Close() (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil || b.closed {
		return "", nil
	}
	b.closed = true
	path := b.file.Name()
	data, err := os.ReadFile(path)
	if err == nil && !strings.Contains(string(data), "\n"+ends) {
		err, path = os.Remove(path), ""
	}
	if err = errors.Join(err, b.file.Close()); err != nil {
		err = fmt.Errorf("the record %s: %w", b.file.Name(), err)
	}
	return path, err
}

// Found is a record and the file that it is in.
type Found struct {
	Receipt
	File string
	// Older are records of the same claim with other volumes: a claim that is
	// recreated, empty, and deleted again leaves the data to the record before.
	Older []Found
}

// Find looks for the newest record of each claim of a cluster for which wanted
// holds, in all files of a folder. What is no record is passed over.
func Find(dir string, wanted func(Receipt) bool) ([]Found, error) {
	files, err := os.ReadDir(dir) // by name, which is by time
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []Found
	for _, entry := range files {
		file := filepath.Join(dir, entry.Name())
		if entry.IsDir() || filepath.Ext(file) != ".yaml" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		records, _ := Parse(data)
		for _, r := range records {
			if !wanted(r) {
				continue
			}
			found := Found{Receipt: r, File: file}
			i := slices.IndexFunc(out, func(f Found) bool { return f.same(r) })
			switch {
			case i < 0:
				out = append(out, found)
			case r.Time.Before(out[i].Time):
				out[i] = out[i].after(found)
			default:
				found = found.after(out[i])
				out = append(slices.Delete(out, i, i+1), found)
			}
		}
	}
	return out, nil
}

// after adds what an older record and those before it say of other volumes,
// each volume once.
func (f Found) after(older Found) Found {
	before := older.Older
	older.Older = nil
	for _, o := range append(before, older) {
		known := func(k Found) bool { return k.Volume == o.Volume }
		if !known(f) && !slices.ContainsFunc(f.Older, known) {
			f.Older = append(f.Older, o)
		}
	}
	return f
}

// same reports whether both are of one claim: a cluster has others of its name.
func (f Found) same(r Receipt) bool {
	return f.Claim.Namespace == r.Claim.Namespace && f.Claim.Name == r.Claim.Name && f.Cluster == r.Cluster
}
