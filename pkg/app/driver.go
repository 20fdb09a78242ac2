package app

import (
	"cmp"
	"os"
	"os/user"

	"github.com/kubectl-sts/kubectl-sts/pkg/process"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Driver is this process as the records of what it drives name it.
func (e *Env) Driver() *note.Driver {
	if e.driver.Since.IsZero() {
		host, _ := os.Hostname() // one without a name is none to tell
		e.driver = note.Driver{
			User: userName(), Host: host, Process: os.Getpid(), Mark: process.Mark(os.Getpid()), Since: e.Now().UTC().Truncate(1e9),
		}
	}
	d := e.driver
	return &d
}

// userName is who runs it, as the machine calls them.
func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return cmp.Or(os.Getenv("USER"), os.Getenv("USERNAME"))
}

// Ended reports whether a process is known to have ended, which can be told on
// its own host.
func (e *Env) Ended(d note.Driver) bool {
	alive, known := e.Alive(d)
	return known && !alive
}

// Alive reports whether another process runs, and whether that is known.
func (e *Env) Alive(d note.Driver) (alive, known bool) { return running(*e.Driver(), d) }

// running reports whether another process runs, and whether that can be told from
// here: it can on the same host.
func running(own, other note.Driver) (alive, known bool) {
	switch {
	case other.Host == "" || other.Host != own.Host || other.Process <= 0 || !process.SamePlace(own.Mark, other.Mark):
		return false, false
	case other.Mark != "":
		return process.Mark(other.Process) == other.Mark, true
	}
	return process.Exists(other.Process), true
}
