<<<<<<< HEAD
revision = 'a'
=======
revision = 'b'
>>>>>>> other
